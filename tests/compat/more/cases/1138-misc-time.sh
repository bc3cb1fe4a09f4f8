#!/usr/bin/env bash
$P 'date +%s' '#' ::: a | grep -c '^[0-9]*$'
