#!/usr/bin/env bash
printf 'a b\n' | $P --shellquote --shellquote --shellquote
