#!/usr/bin/env bash
seq 4 | $P -j1 -X echo a{}b c{}d
