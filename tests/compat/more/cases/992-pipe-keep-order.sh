#!/usr/bin/env bash
seq 20 | $P --pipe -k -j4 -N5 'sleep 0.$((RANDOM%3)); cat' | md5sum
