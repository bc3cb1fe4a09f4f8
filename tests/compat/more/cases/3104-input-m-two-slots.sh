#!/usr/bin/env bash
seq 30000 | $P -j2 -k -m echo | wc -lw
