#!/usr/bin/env bash
seq 3 | $P --pipe --round-robin -j1 'cat; echo "[{}]"'
