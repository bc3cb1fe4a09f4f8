#!/usr/bin/env bash
f() { local a=("$@"); echo ${#a[@]}; }; export -f f; $P f a b ::: 'c d'
