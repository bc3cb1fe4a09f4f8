#!/usr/bin/env bash
seq 3000 | $P --pipe -j1 --block 1k cat | md5sum
