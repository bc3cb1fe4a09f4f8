#!/usr/bin/env bash
$P --onall -S : -k 'exit {}' ::: 0 1 3; echo $?
$P --nonall -S : 'exit 3'; echo $?
