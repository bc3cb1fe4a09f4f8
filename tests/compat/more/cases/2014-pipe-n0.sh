#!/usr/bin/env bash
seq 3 | $P --pipe -k -N0 'cat; echo --'; echo rc=$?
