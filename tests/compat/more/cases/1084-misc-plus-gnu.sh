#!/usr/bin/env bash
$P --gnu --plus echo {.} ::: a.b
