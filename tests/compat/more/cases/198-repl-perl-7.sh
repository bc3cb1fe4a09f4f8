#!/usr/bin/env bash
$P -k echo '{= $_ = $arg[2].$arg[1] =}' ::: a ::: b
