#!/usr/bin/env bash
$P -j1 --halt soon,fail=1 'echo {}; exit {}' ::: 0 4 0; echo rc=$?
