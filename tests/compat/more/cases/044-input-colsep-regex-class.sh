#!/usr/bin/env bash
printf 'a,b;c\n' | $P --colsep '[,;]' echo {3}{2}{1}
