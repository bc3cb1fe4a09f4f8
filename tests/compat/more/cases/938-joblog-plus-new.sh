#!/usr/bin/env bash
$P --joblog +l echo ::: a >/dev/null; cut -f1,9 l
