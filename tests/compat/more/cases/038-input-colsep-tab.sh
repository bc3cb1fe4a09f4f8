#!/usr/bin/env bash
printf 'a b\tc\n' | $P -k --colsep '\t' echo {2} {1}
