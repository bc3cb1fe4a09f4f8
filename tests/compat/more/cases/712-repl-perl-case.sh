#!/usr/bin/env bash
$P -k echo '{= $_=ucfirst(lc($_)) =}' ::: ABC
