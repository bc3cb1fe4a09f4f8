#!/usr/bin/env bash
$P -k 'head -c 100000 /dev/zero' ::: 1 2 3 | wc -c
