#!/usr/bin/env bash
$P -j1 --halt soon,fail=30% 'echo {}; exit {}' ::: 1 0 1 0 0 0; echo rc=$?
