#!/usr/bin/env bash
printf 'a\t1\na\t2\nb\t3\n' | $P --pipe --group-by 1 -k -N1 'cat; echo --'
