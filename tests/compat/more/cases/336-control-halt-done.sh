#!/usr/bin/env bash
$P -j1 --halt now,done=2 'echo {}' ::: 1 2 3; echo rc=$?
