#!/usr/bin/env bash
$P --dry-run echo ::: 'ü' '日本'
