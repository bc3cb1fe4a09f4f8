#!/usr/bin/env bash
seq 4 | $P --pipe -N2 --lb -k cat
