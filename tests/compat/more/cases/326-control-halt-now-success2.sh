#!/usr/bin/env bash
$P -j1 --halt now,success=2 'exit {}' ::: 0 1 0 1; echo rc=$?
