#!/usr/bin/env bash
seq 20 | $P -k -j1 -m -s 25 echo
