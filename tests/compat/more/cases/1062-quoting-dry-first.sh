#!/usr/bin/env bash
$P --dry-run ./{} x ::: 'a b'
