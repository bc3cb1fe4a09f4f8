#!/usr/bin/env bash
$P --eta -k echo ::: a 2>/dev/null
