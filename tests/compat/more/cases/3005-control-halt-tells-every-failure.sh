#!/usr/bin/env bash
$P -j1 --halt now,fail=3 'exit {}' ::: 0 3 4 0 5 6 2>&1
$P -j1 --halt soon,fail=9 'exit {}' ::: 3 0 2>&1
