#!/usr/bin/env bash
$P --dry-run false ::: 1
