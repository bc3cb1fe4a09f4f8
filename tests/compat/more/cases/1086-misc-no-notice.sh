#!/usr/bin/env bash
$P --no-notice echo ::: a
