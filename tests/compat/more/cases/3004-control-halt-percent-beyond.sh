#!/usr/bin/env bash
$P -j1 --halt now,fail=150% 'echo {}; exit {}' ::: 1 2 3; echo $?
