#!/usr/bin/env bash
$P "awk -v x={} 'BEGIN{print x}'" ::: 'a b'
