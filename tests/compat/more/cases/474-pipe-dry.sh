#!/usr/bin/env bash
seq 4 | $P --pipe -N2 --dry-run cat
