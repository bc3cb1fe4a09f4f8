#!/usr/bin/env bash
seq 1000 | $P --pipe --round-robin -j2 --block 100 wc -l | awk '{s+=$1} END{print s, NR}'
