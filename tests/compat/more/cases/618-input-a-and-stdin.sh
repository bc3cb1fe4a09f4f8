#!/usr/bin/env bash
printf 'x\n' | $P -k -a - -a /dev/null echo {1}
