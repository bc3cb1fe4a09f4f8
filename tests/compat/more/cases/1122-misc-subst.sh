#!/usr/bin/env bash
$P -k 'echo $(( {} * 2 ))' ::: 1 2
