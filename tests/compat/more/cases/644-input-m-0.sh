#!/usr/bin/env bash
printf 'a b\0c\0' | $P -0 -m -j1 echo
