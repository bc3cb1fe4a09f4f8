#!/usr/bin/env bash
$P --wd a/b/c 'touch x;:' ::: 1; find . -type f
