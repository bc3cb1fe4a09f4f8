#!/usr/bin/env bash
$P -j1 --joblog j --halt now,fail=1 --retries 2 'echo {} >>l; exit {}' ::: 0 3 0; echo $?; cat l; cut -f1,7- j
