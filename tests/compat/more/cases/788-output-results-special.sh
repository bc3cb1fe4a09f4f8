#!/usr/bin/env bash
$P --results r echo ::: 'a/b' 'c\d' 'e f' '' >/dev/null; find r -name stdout | sort
