#!/usr/bin/env bash
$P -k 'x={}; echo "$x"' ::: 'a  b'
