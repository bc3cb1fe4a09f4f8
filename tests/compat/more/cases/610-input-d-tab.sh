#!/usr/bin/env bash
printf 'a\tb\n' | $P -d'\t' -k echo '[{}]'
