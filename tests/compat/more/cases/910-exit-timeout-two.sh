#!/usr/bin/env bash
$P -j2 --timeout 0.3 sleep ::: 3 3
