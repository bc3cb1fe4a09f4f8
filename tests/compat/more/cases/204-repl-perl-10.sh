#!/usr/bin/env bash
$P -k echo '{= ($a,$b)=split /,/; $_="$b $a" =}' ::: x,y
