#!/usr/bin/env bash
$P --plus echo {1%.x} {2:1} {2^^b} ::: a.x ::: bcb
