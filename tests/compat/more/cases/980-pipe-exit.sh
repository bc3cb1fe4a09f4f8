#!/usr/bin/env bash
seq 3 | $P --pipe -N1 'exit 1'; echo rc=$?
