#!/usr/bin/env bash
$P -j1 --halt now,success=2 'exit {}' ::: 0 3 0 5 2>&1
$P -j1 --halt soon,done=2 'exit {}' ::: 3 0 5 2>&1
