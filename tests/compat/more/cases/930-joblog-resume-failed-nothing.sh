#!/usr/bin/env bash
$P -j1 --joblog l true ::: 1 2; $P -j1 --resume-failed --joblog l echo ::: 1 2; wc -l <l
