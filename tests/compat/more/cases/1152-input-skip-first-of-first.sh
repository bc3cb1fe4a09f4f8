#!/usr/bin/env bash
seq 3 > f; $P -k --skip-first-line echo {2}{1} :::: f f
$P -k --skip-first-line echo ::: h 1 ::: x y
