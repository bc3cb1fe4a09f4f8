#!/usr/bin/env bash
$P -j1 --halt soon,fail=3 'exit {}' ::: 1 2 3 4
