#!/usr/bin/env bash
seq 5 | $P --pipe --tee -k ::: 'wc -l' 'head -n 2' 'tail -n 1'
