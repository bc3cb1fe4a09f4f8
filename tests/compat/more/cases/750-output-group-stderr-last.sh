#!/usr/bin/env bash
$P 'echo 1; echo 2 >&2; echo 3' ::: x 2>&1
