#!/usr/bin/env bash
$P -j1 --halt now,fail=3 'echo {}; exit {}' ::: 1 2 3 4; echo rc=$?
