#!/usr/bin/env bash
$P -j1 --joblog l echo ::: 'a b' "c'd" >/dev/null; cut -f9 l
