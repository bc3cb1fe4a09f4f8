#!/usr/bin/env bash
printf 'a\nb\n' | $P --pipe -k -N1 --rrs 'cat; echo -'
