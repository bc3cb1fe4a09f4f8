#!/usr/bin/env bash
seq 500 >f; $P --pipepart -a f --block 500 -k 'wc -l' | awk '{s+=$1} END{print s}'
