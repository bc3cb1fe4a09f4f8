#!/usr/bin/env bash
$P -j1 --halt now,success=1 'echo {}; exit {}' ::: 1 0 2; echo rc=$?
