#!/usr/bin/env bash
$P -k --results -.csv 'echo {}' ::: x y | cut -d, -f1,2,5-
