#!/usr/bin/env bash
seq 100 | $P --pipe --round -j3 --block 50 wc -l | awk '{s+=$1} END {print s, NR}'
