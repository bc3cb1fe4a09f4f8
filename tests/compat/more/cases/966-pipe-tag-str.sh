#!/usr/bin/env bash
seq 4 | $P --pipe -k -N2 --tagstring 'x{#}' cat
