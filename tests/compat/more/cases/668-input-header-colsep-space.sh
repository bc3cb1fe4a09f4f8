#!/usr/bin/env bash
printf 'a b\n1 2\n' | $P --header : --colsep ' ' echo {b}-{a}
