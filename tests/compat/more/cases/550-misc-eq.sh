#!/usr/bin/env bash
$P --jobs=2 --keep-order echo ::: a
