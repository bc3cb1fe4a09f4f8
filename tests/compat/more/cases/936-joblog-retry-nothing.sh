#!/usr/bin/env bash
$P -j1 --joblog l true ::: 1; $P --retry-failed --joblog l; echo rc=$?
