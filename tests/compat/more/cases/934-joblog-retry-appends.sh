#!/usr/bin/env bash
$P -j1 --joblog l 'exit {}' ::: 1 2; $P -j1 --retry-failed --joblog l; cut -f1,7 l
