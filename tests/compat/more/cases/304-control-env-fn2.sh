#!/usr/bin/env bash
f() { echo "$1+$2"; }; export -f f; $P -k f {1} {2} ::: a b ::: c
