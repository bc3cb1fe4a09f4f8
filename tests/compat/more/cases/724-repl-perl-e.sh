#!/usr/bin/env bash
$P -k echo '{= s/(\d+)/$1+1/e =}' ::: a9
