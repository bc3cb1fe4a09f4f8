#!/usr/bin/env bash
$P 'echo e >&2; sleep 0.2; echo o' ::: 1 2>&1
