#!/usr/bin/env bash
$P -k --results o.csv 'echo {}' ::: 'a"b' 'c,d' >/dev/null; cut -d, -f5- o.csv
