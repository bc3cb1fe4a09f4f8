#!/usr/bin/env bash
$P --show-limits echo ::: a | head -n 2
