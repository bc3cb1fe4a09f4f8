#!/usr/bin/env bash
seq 5 | $P --pipe -k --max-args 2 'cat; echo -'
