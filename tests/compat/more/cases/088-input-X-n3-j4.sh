#!/usr/bin/env bash
seq 9 | $P -k -j4 -X -n3 echo
