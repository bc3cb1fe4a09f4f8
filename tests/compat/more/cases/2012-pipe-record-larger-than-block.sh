#!/usr/bin/env bash
printf 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nb\nc\nd\n' | $P --pipe -k --block 4 'cat; echo --' 2>/dev/null
