#!/usr/bin/env bash
seq 10 | $P --pipe -k -N4 'cat; echo -'
