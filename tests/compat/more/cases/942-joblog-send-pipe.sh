#!/usr/bin/env bash
printf 'abc\n' | $P --pipe --joblog l cat >/dev/null; cut -f5,6 l
