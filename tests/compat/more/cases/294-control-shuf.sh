#!/usr/bin/env bash
seq 50 | $P --shuf -j1 echo | sort -n | md5sum
