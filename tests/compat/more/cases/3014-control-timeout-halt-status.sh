#!/usr/bin/env bash
$P -j1 --halt now,fail=1 --timeout 0.3 'sleep {}; echo {}' ::: 3 0; echo $?
