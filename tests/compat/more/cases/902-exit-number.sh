#!/usr/bin/env bash
$P --number-of-cores >/dev/null
