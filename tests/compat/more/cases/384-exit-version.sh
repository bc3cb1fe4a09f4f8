#!/usr/bin/env bash
$P --version >/dev/null
