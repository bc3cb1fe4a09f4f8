#!/usr/bin/env bash
$P -j1 --halt soon,fail=2 'exit {}' ::: 5 6 7
