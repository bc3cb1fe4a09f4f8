#!/usr/bin/env bash
$P -j1 --halt now,fail=2 'echo {}; exit {}' ::: 1 0 2 3; echo rc=$?
