#!/usr/bin/env bash
$P -j1 --delay auto echo ::: 1 2; echo $?
