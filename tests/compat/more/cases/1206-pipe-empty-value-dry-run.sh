#!/usr/bin/env bash
seq 3 | $P --pipe -k -N2 --dry-run 'echo a{}b {.} {1.} {//} {=$_="x"=}'
