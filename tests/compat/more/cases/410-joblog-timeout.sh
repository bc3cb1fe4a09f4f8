#!/usr/bin/env bash
$P -j1 --timeout 0.5 --joblog l sleep ::: 3; cut -f1,7- l
