#!/usr/bin/env bash
f() { echo f$1; }; g() { f g$1; }; export -f f g; $P -k g ::: a b
