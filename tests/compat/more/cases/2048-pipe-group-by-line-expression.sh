#!/usr/bin/env bash
printf 'x1\nx2\ny3\n' | $P --pipe --group-by 's/[0-9]//' -k -N1 'cat; echo --'
