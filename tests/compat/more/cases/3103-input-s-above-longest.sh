#!/usr/bin/env bash
seq 40000 | $P -j1 -k -X -s 100000 echo | awk '{ print length }'
