#!/usr/bin/env bash
$P -k --results o.tsv 'echo {}' ::: x y >/dev/null; cut -f1,2,5- o.tsv
