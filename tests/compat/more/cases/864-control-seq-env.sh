#!/usr/bin/env bash
$P -k 'echo $PARALLEL_SEQ-{};:' ::: a b
