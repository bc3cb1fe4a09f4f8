#!/usr/bin/env bash
$P --dry-run 'exit 5' ::: 1
