#!/usr/bin/env bash
$P --joblog l true ::: 1; cut -f2 l
