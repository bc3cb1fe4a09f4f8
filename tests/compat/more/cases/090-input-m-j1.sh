#!/usr/bin/env bash
seq 4 | $P -j1 -m echo a{}b c{}d
