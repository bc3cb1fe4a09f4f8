#!/usr/bin/env bash
$P -k echo '{= $_=sprintf("%.2f",$_/3) =}' ::: 1 2
