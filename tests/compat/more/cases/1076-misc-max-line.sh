#!/usr/bin/env bash
$P --max-line-length-allowed | grep -c '^[0-9]*$'
