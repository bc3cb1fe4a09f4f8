#!/usr/bin/env bash
$P -j1 -X -s 11 echo ::: 12 34 56
