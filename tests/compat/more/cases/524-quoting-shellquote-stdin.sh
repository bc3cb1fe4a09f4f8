#!/usr/bin/env bash
printf 'a b\n$c\n' | $P -k --shellquote
