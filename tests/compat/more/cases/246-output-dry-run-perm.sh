#!/usr/bin/env bash
$P -k --dry-run 'echo {} > {.}.out' ::: 'a b.c'
