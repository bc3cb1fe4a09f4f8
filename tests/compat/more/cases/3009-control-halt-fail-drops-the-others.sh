#!/usr/bin/env bash
mkfifo go
$P -j2 --halt now,fail=1 '{}' ::: 'echo begun; echo >go; sleep 9' 'read x <go; echo lost; exit 5'; echo $?
