#!/usr/bin/env bash
$P -S 2/: -j1 -k echo ::: a b
