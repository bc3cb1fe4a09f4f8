#!/usr/bin/env bash
$P -j1 --halt soon,fail=25% 'exit {}' ::: 33 44 55 66; echo $?
$P -j1 --halt now,done=25% 'exit {}' ::: 33 44 55 66; echo $?
$P -j1 --halt soon,fail=20% 'exit {}' ::: 33 44 55 66; echo $?
