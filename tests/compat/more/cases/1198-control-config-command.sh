#!/usr/bin/env bash
mkdir -p ~/.parallel; printf -- '-k echo\n' > ~/.parallel/config; PARALLEL='--tag b' $P -j1 c ::: a b
