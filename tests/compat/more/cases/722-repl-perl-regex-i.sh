#!/usr/bin/env bash
$P -k echo '{= s/ABC/x/i =}' ::: zabcz
