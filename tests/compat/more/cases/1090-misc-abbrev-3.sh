#!/usr/bin/env bash
$P --dry echo ::: a
