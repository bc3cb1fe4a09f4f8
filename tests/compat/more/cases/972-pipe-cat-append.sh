#!/usr/bin/env bash
seq 3 | $P --pipe -N3 --cat cat
