#!/usr/bin/env bash
$P --dry-run -j1 echo {#} ::: a b
