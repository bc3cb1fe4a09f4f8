#!/usr/bin/env bash
seq 6 | $P --pipe -k -N2 'echo "{1}:" $(cat)' ::: a b c
