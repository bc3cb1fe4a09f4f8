#!/usr/bin/env bash
seq 10 | $P -k -j4 -X echo
