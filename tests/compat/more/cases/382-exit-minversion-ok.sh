#!/usr/bin/env bash
$P --minversion 20200101 >/dev/null
