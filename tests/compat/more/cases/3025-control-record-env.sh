#!/usr/bin/env bash
mkdir -p ~/.parallel; $P --record-env; echo $?
export VAR=foo; f() { echo in f $VAR $1; }; export -f f; $P --env _ f ::: bar
