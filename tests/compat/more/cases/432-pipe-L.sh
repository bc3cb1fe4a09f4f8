#!/usr/bin/env bash
seq 10 | $P --pipe -k -L4 'cat; echo -'
