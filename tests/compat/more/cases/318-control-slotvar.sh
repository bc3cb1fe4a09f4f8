#!/usr/bin/env bash
$P -j1 --process-slot-var=S 'echo $S;:' ::: a b
