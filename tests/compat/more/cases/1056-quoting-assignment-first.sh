#!/usr/bin/env bash
$P 'A={}; echo "$A"' ::: 'x  y'
