#!/usr/bin/env bash
printf 'a:b\n' | $P -C: echo {2}{1}
