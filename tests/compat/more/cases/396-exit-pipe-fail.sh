#!/usr/bin/env bash
seq 3 | $P --pipe -N1 'cat >/dev/null; exit 1'
