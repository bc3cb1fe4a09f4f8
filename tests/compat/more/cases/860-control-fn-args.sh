#!/usr/bin/env bash
f() { echo "$#:$1:$2"; }; export -f f; $P -k f x ::: 'a b' 'c'
