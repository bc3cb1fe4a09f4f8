#!/usr/bin/env bash
seq 1000 | $P --pipe --block 1k -k grep 99 | md5sum
