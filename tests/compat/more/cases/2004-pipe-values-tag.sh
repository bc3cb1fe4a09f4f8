#!/usr/bin/env bash
seq 6 | $P --pipe -k --block 6 --tag cat ::: a b c d e
