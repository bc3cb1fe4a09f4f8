#!/usr/bin/env bash
$P --version | head -1 | cut -c1-12
