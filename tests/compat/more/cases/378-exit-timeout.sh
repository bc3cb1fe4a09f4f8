#!/usr/bin/env bash
$P --timeout 0.5 sleep ::: 5
