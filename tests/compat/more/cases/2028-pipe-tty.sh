#!/usr/bin/env bash
seq 4 | $P --pipe -k -N2 --tty -j1 cat
