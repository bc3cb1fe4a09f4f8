#!/usr/bin/env bash
for i in $(seq 500); do printf "rec $i\n"; done | $P --pipe -k --regexp --recstart 'rec \d' --block 1k 'wc -c'
