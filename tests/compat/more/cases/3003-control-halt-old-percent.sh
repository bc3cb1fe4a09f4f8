#!/usr/bin/env bash
$P -j1 --halt 50% 'echo {}; exit {}' ::: 1 2 0 0 0; echo $?
$P -j1 --halt 50% 'echo {}; exit {}' ::: 1 2 3 0 0; echo $?
