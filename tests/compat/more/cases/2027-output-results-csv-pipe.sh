#!/usr/bin/env bash
seq 4 | $P --pipe -k -N2 --results -.csv cat | cut -d, -f1,2,5-
