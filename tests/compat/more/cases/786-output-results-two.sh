#!/usr/bin/env bash
$P --results r echo ::: a b ::: x >/dev/null; find r -name stdout | sort
