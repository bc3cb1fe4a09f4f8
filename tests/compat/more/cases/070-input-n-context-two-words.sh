#!/usr/bin/env bash
seq 4 | $P -k -n2 echo a{}.b {}
