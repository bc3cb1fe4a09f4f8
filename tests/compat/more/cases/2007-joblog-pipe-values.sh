#!/usr/bin/env bash
seq 6 | $P -j1 --pipe -k --block 6 --joblog l 'cat >/dev/null; echo {}' ::: a b c; cut -f1,5,9 l
