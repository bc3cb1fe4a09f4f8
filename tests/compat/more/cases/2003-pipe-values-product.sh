#!/usr/bin/env bash
seq 12 | $P --pipe -k --block 6 'echo "[{1}][{2}][{}]:" $(cat)' ::: a b ::: c d
