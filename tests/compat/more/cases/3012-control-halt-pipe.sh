#!/usr/bin/env bash
seq 4 | $P -j1 --pipe -N1 --halt now,fail=1 'read x; echo $x; test $x != 2'; echo $?
