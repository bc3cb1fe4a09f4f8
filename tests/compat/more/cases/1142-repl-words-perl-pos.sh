#!/usr/bin/env bash
$P -k echo {=1 '$_=uc' =}x {=2 's/c/ d /' =} ::: 'a b' ::: c
