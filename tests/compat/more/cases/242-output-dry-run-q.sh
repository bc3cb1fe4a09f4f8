#!/usr/bin/env bash
$P -k --dry-run -q echo 'a b' {} ::: 'c d'
