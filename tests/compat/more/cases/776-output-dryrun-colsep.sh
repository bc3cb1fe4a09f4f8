#!/usr/bin/env bash
printf 'a,b c\n' | $P --dry-run --colsep , echo {2} {1}
