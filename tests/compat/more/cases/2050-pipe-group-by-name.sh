#!/usr/bin/env bash
printf 'k,v\na,1\na,2\nb,3\n' | $P --pipe --colsep , --group-by k -kN1 'cat; echo -'
