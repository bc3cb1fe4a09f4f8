#!/usr/bin/env bash
$P -k --plus echo '[{:-def}]' ::: '' a 0
