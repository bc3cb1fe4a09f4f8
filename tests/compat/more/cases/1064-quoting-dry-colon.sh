#!/usr/bin/env bash
$P --dry-run 'a:{} x' ::: 'a b'
