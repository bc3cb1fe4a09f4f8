#!/usr/bin/env bash
for i in $(seq 1 9) $(seq 11 31) $(seq 33 47) $(seq 58 64) $(seq 91 96) $(seq 123 255); do printf "x\\$(printf %03o $i)y\n"; done | $P -k --dry-run echo {} | md5sum
