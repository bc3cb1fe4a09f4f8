#!/usr/bin/env bash
$P -j2 --halt soon,fail=1 'sleep 0.{}; exit 1' ::: 1 5 2>&1; echo rc=$?
