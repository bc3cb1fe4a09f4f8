#!/usr/bin/env bash
$P -j1 --halt now,fail=1 'exit {}' ::: 0 77
