#!/usr/bin/env bash
$P -j1 'echo {}; test {} = 2 && kill -HUP $PARALLEL_PID; true' ::: 1 2 3 4; echo $?
