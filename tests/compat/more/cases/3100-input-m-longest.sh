#!/usr/bin/env bash
seq 30000 | $P -j1 -k -m echo | wc -l
