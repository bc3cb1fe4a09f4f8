#!/usr/bin/env bash
seq 7 | $P -k -n3 echo
