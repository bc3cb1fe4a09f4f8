#!/usr/bin/env bash
printf 'a;b;c;' | $P --pipe -k --recend ';' --rrs -N1 'cat; echo'
