#!/usr/bin/env bash
seq 2 | $P --pipe -N2 -j1 --retries 2 'test -e f || { touch f; exit 1; }; cat'
