#!/usr/bin/env bash
$P -k echo '{= $h{$_}++; $_=$h{$_} =}' ::: a b
