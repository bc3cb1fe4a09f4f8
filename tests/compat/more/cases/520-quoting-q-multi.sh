#!/usr/bin/env bash
$P --dry-run -q echo 'a {} b' ::: 'x y' ::: z
