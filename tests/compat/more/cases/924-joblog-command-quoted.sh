#!/usr/bin/env bash
$P -j1 --joblog l echo ::: 'a b' '$x' >/dev/null; cut -f9 l
