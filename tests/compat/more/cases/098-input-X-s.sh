#!/usr/bin/env bash
seq 20 | $P -k -j1 -X -s 25 echo
