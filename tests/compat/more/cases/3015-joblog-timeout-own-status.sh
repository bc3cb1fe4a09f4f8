#!/usr/bin/env bash
$P --joblog j --timeout 0.3 'trap "exit 5" TERM; sleep 3 & wait;:' ::: a; echo $?; cut -f7,8 j
$P --joblog j --timeout 0.3 'sleep 3;:' ::: a; echo $?; cut -f7,8 j
