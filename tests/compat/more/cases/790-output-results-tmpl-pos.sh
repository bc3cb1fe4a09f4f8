#!/usr/bin/env bash
$P --results 'o/{1}-{2}.txt' echo ::: a ::: b >/dev/null; find o -type f | sort
