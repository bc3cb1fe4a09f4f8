#!/usr/bin/env bash
printf '>a\nA\n>b\nB\n>c\nC\n' | $P --pipe -k -N2 --recstart '>' 'cat; echo -'
