#!/usr/bin/env bash
for n in 3 7; do seq $n | $P -j1 --halt now,fail=100% 'test {} != 2'; echo $?; done
$P -j1 --halt soon,success=75% 'exit {}' ::: 0 5 0 66; echo $?
