#!/usr/bin/env bash
$P --dry-run echo 'a  b' {} ::: c
