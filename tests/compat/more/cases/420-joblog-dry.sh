#!/usr/bin/env bash
$P --dry-run --joblog l echo ::: a; cat l | wc -l
