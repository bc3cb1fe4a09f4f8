#!/usr/bin/env bash
$P --max-procs 1 echo ::: a b
