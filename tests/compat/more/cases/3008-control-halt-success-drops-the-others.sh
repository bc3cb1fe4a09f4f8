#!/usr/bin/env bash
mkfifo go
$P -j2 --halt now,success=1 '{}' ::: 'echo begun; echo >go; sleep 9; echo end' 'read x <go; echo winner'; echo $?
