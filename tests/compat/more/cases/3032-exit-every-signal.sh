#!/usr/bin/env bash
for s in HUP USR2 PIPE SEGV; do $P --halt now,fail=1 "kill -$s \$\$ #" ::: 1 2>/dev/null; echo $s $?; done
