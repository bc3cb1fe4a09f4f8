#!/usr/bin/env bash
$P 'X={} ; echo $X' ::: 'a b'
