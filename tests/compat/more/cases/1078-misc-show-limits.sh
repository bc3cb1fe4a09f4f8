#!/usr/bin/env bash
$P --show-limits echo ::: a 2>/dev/null | tail -1
