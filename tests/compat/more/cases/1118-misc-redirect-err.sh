#!/usr/bin/env bash
$P 'ls /nonexistent_{}' ::: a 2>/dev/null; echo rc=$?
