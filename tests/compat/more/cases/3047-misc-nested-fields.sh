#!/usr/bin/env bash
$P -j1 "$P -j1 'echo \$PARALLEL_SEQ;:' ::: a b; echo out \$PARALLEL_SEQ" ::: 1 2
