#!/usr/bin/env bash
$P -j1 -u 'echo {}; echo e{} >&2' ::: a b 2>&1
