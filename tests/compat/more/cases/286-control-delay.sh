#!/usr/bin/env bash
s=$(date +%s%N); $P -j3 --delay 0.4 true ::: 1 2 3; e=$(( ($(date +%s%N)-s)/1000000 )); [ $e -ge 800 ] && echo ok
