#!/usr/bin/env bash
$P --joblog l true ::: 1; head -1 l
