#!/usr/bin/env bash
printf ';;a;;b' | $P --pipe -k -N1 --recend ';' 'cat; echo -'
