#!/usr/bin/env bash
seq 6 | $P --pipe -k --block 4 'echo "[{}]:" $(cat)' ::: a
