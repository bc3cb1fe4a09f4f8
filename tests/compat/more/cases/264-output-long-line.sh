#!/usr/bin/env bash
$P 'head -c 200000 /dev/zero | tr "\0" x' ::: 1 2 | wc -c
