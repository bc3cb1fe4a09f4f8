#!/usr/bin/env bash
$P --delay 0 -k echo ::: a b
