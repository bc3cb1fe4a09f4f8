#!/usr/bin/env bash
seq 100 | $P -j1 -m -s 50 echo | head -3
