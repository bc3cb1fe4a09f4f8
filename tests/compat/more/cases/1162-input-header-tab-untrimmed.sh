#!/usr/bin/env bash
printf 'a\tb\n 1 \t2\n' | $P -k --header : echo '{a}-{b}'
