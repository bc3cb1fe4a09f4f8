#!/usr/bin/env bash
printf '1\n2\n3\na\nb\n' | $P --pipe -k --header 3 -N1 'cat; echo --'
