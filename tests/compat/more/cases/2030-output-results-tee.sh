#!/usr/bin/env bash
seq 4 | $P --pipe --tee -k --results r 'wc -l; : {}' ::: a b; find r -type f | sort; cat r/1/a/stdout
