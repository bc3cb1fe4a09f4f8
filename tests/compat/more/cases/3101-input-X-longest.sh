#!/usr/bin/env bash
seq 30000 | $P -j1 -k -X echo a{}b | awk '{ print length }'
