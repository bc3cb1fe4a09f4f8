#!/usr/bin/env bash
seq 6 | $P --pipe -k -N3 --cat 'cat {}; echo -'
