#!/usr/bin/env bash
printf '1\n2\n' | $P -k -a - echo ::: a b
