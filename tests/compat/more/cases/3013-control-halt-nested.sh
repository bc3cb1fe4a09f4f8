#!/usr/bin/env bash
$P -j1 --halt now,fail=1 "$P -j1 --halt now,fail=1 'echo {}; exit {}' ::: 0 {}" ::: 0 5 0; echo $?
