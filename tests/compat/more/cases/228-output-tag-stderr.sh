#!/usr/bin/env bash
$P -k --tag 'echo e >&2' ::: a b 2>&1
