#!/usr/bin/env bash
seq 6 | $P --pipe -k --block 6 --header : 'cat; echo {}' ::: h a b
