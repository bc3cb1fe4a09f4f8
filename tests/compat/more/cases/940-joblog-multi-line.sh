#!/usr/bin/env bash
$P -j1 --joblog l 'echo a
echo {}' ::: b >/dev/null; wc -l < l
