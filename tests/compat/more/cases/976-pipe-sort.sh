#!/usr/bin/env bash
seq 100 | shuf | $P --pipe --block 100 sort -n | sort -n | md5sum
