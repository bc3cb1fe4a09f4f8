#!/usr/bin/env bash
$P -k echo '{= $_=join("+",@arg[1..$#arg]) =}' ::: a b ::: c
