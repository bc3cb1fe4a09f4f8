#!/usr/bin/env bash
printf 'h\n1\n2\n' | $P --pipe -k --header : -N1 'cat; echo -'
