#!/usr/bin/env bash
$P -k echo '{= $_=join(":", map { uc } sort split(/,/,$_)) =}' ::: d,b c,a,e
