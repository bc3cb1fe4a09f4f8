#!/usr/bin/env bash
$P --dry-run 'echo {}
echo x' ::: a
