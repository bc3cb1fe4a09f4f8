#!/usr/bin/env bash
$P -k -j1 --joblog l 'exit {}' ::: 0 3; cut -f1,2,5- l
