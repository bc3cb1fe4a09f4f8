#!/usr/bin/env bash
$P -j1 --joblog l 'printf 12345;:' ::: a >/dev/null; cut -f5,6 l
