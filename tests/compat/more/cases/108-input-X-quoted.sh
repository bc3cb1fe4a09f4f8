#!/usr/bin/env bash
$P -j1 -X echo ::: 'a b' "c'd" '$x'
