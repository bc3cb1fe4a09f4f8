#!/usr/bin/env bash
$P -j1 -u --results r 'echo {}; echo e{} >&2' ::: a b 2>&1; echo --; cat r/1/a/stdout r/1/b/stderr
