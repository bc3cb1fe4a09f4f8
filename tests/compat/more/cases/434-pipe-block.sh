#!/usr/bin/env bash
seq 2000 | $P --pipe -k --block 2K wc -c
