#!/usr/bin/env bash
$P -j1 'exit {}' ::: 1 2 3 255 254 0 0; echo $?
