#!/usr/bin/env bash
$P -k echo '{= $_=seq()*2 =}' ::: a b
