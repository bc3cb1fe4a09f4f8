#!/usr/bin/env bash
$P -k --link echo ::: 1 2 3 ::: a ::: x y
