#!/usr/bin/env bash
$P -j1 --halt now,success=1 'exit {}' ::: 3 4; echo rc=$?
