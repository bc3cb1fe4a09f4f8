#!/usr/bin/env bash
$P -k echo '{= $_.=".bak" =}' ::: a
