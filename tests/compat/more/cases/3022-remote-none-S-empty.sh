#!/usr/bin/env bash
$P -S '' echo ::: a 2>/dev/null; echo $?
