#!/usr/bin/env bash
$P -k --results 'o/{}/' echo ::: a b >/dev/null; find o -type f | sort
