#!/usr/bin/env bash
seq 6 | $P --pipe -k --block 6 --results r cat ::: a b c d e; find r -type f | sort; cat r/1/*/stdout
