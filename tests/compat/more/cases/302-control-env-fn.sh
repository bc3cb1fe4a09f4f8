#!/usr/bin/env bash
f() { echo "f $*"; }; export -f f; $P -k f ::: a 'b c'
