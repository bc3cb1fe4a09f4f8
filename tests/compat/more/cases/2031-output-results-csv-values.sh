#!/usr/bin/env bash
seq 4 | $P --pipe -k --block 4 --results -.csv cat ::: a b | cut -d, -f1,5,10-
