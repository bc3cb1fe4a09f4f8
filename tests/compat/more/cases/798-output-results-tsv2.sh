#!/usr/bin/env bash
$P -k --results o.tsv 'echo {1} {2}' ::: a b ::: c >/dev/null; cut -f1,2,5- o.tsv
