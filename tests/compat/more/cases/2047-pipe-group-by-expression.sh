#!/usr/bin/env bash
printf 'A 1\na 2\nb 3\n' | $P --pipe --colsep ' ' --group-by '1 $_=lc($_)' -k -N1 'cat; echo --'
