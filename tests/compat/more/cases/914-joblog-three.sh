#!/usr/bin/env bash
$P -j1 --joblog l 'exit {}' ::: 1 0 2; cut -f1,7,8 l
