#!/usr/bin/env bash
printf '1 a\n1 b\n2 c\n' | $P --pipe --group-by 1 --colsep ' ' -kN1 'cat; echo -'
