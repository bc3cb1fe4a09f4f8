#!/usr/bin/env bash
$P -kj2 -N1 echo ::: a b
