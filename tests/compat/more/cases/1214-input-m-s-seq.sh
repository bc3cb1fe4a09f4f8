#!/usr/bin/env bash
seq 40 | $P -k -j1 -m -s 60 echo a{}b {#} {}
