#!/usr/bin/env bash
printf '%s\nb\nc\nd\n' aaaaaaaaaa | $P --pipe -k --block 2 'cat; echo -' 2>/dev/null
