#!/usr/bin/env bash
$P -k echo '{= $_ = $_ > 5 ? "big" : "small" =}' ::: 3 7
