#!/usr/bin/env bash
printf '>a\nAC\nGT\n>b\nTT\n' | $P --pipe -k -N1 --recstart '>' 'wc -l'
