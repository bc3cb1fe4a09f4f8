#!/usr/bin/env bash
seq 3 >f; seq 6 | $P --pipe -k --block 6 -a f 'echo "[{}]:" $(cat)'
