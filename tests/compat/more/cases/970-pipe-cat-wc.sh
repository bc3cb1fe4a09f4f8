#!/usr/bin/env bash
seq 10 | $P --pipe --cat -k wc -l '<' {}
