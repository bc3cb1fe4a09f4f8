#!/usr/bin/env bash
seq 4 | $P -j1 --dry-run -X echo
