#!/usr/bin/env bash
$P -k 'echo {} > {#}.txt' ::: a b; cat 1.txt 2.txt
