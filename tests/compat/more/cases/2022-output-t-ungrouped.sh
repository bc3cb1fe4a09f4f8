#!/usr/bin/env bash
$P -j1 -u -t echo ::: a b 2>&1
