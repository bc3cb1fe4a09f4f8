#!/usr/bin/env bash
$P --max-line-length-allowed
