#!/usr/bin/env bash
$P -j1 --joblog l 'exit {}' ::: 0 1; $P -j1 --resume --joblog l 'echo {}' ::: 0 1 2
