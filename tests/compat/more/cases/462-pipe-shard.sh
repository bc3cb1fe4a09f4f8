#!/usr/bin/env bash
seq 100 | $P --pipe --shard 1 -j3 wc -l | awk '{s+=$1} END{print s}'
