#!/usr/bin/env bash
$P --joblog l echo ::: a b >/dev/null; $P --joblog l echo ::: c >/dev/null; wc -l < l
