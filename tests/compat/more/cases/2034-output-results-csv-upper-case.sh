#!/usr/bin/env bash
$P --results r.CSV echo ::: a; find . -type f | sort
