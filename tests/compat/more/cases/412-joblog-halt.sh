#!/usr/bin/env bash
$P -j1 --halt now,fail=1 --joblog l 'exit {}' ::: 0 2 0; cut -f1,7- l
