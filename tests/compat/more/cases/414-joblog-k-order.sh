#!/usr/bin/env bash
$P -k -j2 --joblog l sleep ::: 0.6 0.1; cut -f1,9 l
