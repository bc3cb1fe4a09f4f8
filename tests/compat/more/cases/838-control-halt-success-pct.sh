#!/usr/bin/env bash
$P -j1 --halt now,success=50% 'exit {}' ::: 0 0 1 1; echo rc=$?
