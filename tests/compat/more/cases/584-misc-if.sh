#!/usr/bin/env bash
$P -k 'if [ {} -gt 2 ]; then echo big; else echo small; fi' ::: 1 3
