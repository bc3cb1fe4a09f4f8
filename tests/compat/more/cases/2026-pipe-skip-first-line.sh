#!/usr/bin/env bash
printf 'a\nb\nc\nd\n' | $P --pipe -k --skip-first-line --header : -N1 'cat; echo -'
