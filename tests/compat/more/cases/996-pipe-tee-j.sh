#!/usr/bin/env bash
seq 5 | $P --pipe --tee -j2 -k 'awk "{s+=\$1} END {print s*{}}"' ::: 1 2
