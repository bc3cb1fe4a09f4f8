#!/usr/bin/env bash
$P --dry-run --wd /tmp echo ::: a
