#!/usr/bin/env bash
printf 'a\tb\n' | $P echo | cat -A
