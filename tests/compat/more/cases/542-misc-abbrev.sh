#!/usr/bin/env bash
$P --keep-o --max-p 2 echo ::: a b
