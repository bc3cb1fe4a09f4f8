#!/usr/bin/env bash
$P -j1 --joblog l true {#} ::: a b; cut -f1,9 l
