#!/usr/bin/env bash
seq 4 | $P -j1 -N2 --joblog l echo >/dev/null; cut -f1,9 l
