#!/usr/bin/env bash
$P --version | head -1 | awk '{print $1,$2}'
