#!/usr/bin/env bash
seq 20 | $P --shuf echo | wc -l
