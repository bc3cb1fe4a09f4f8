#!/usr/bin/env bash
seq 2 | $P -k -n0 echo hi
