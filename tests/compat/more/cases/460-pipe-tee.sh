#!/usr/bin/env bash
seq 10 | $P --pipe --tee -k 'wc -l; echo {}' ::: a b
