#!/usr/bin/env bash
seq 20 | $P --pipe --bin '1 $_%=3' -j3 -k 'paste -sd, ; echo --'
