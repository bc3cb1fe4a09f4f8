#!/usr/bin/env bash
seq 1000 | $P --pipe -k --block-size 1k wc -l | awk '{s+=$1} END{print s}'
