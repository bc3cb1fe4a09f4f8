#!/usr/bin/env bash
seq 3 | $P --spreadstdin cat
