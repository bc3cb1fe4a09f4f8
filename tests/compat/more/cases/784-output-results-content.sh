#!/usr/bin/env bash
$P --results r 'echo {}; echo err >&2; exit 3' ::: a; echo rc=$?; cat r/1/a/stdout r/1/a/stderr r/1/a/seq
