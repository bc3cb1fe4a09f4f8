#!/usr/bin/env bash
printf '>a\n>b\n' | $P --pipe -k --recstart '>' --rrs -N1 'cat; echo -'
