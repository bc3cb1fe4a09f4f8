#!/usr/bin/env bash
$P --timeout 1m echo ::: a
