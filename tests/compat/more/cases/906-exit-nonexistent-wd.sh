#!/usr/bin/env bash
$P --wd /proc/nope echo ::: a >/dev/null 2>&1; echo rc=$?
