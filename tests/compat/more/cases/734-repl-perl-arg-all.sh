#!/usr/bin/env bash
$P -k echo '{= $_="@arg" =}' ::: a ::: b
