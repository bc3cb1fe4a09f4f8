#!/usr/bin/env bash
seq 3 | $P --pipe -k -N1 'cat; echo "[{}{.}{/}{1}{2}]"'
