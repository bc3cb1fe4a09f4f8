#!/usr/bin/env bash
seq 9 | $P --pipe --bin 1 -j3 -k 'cat; echo -'
