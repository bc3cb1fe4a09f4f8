#!/usr/bin/env bash
$P -j1 --joblog l 'exit {}' ::: 0 1; $P -j1 --retry-failed --joblog l; cut -f1,7 l
