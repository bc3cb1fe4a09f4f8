#!/usr/bin/env bash
$P -j1 -k 'echo $PARALLEL_JOBSLOT;:' ::: a b
