#!/usr/bin/env bash
$P --help | head -n 1; $P -h >/dev/null; echo $?
