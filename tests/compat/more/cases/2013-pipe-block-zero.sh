#!/usr/bin/env bash
seq 10 | $P --pipe --block 0 cat 2>/dev/null; echo rc=$?
