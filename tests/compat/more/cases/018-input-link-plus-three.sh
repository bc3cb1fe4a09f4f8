#!/usr/bin/env bash
$P -k echo ::: 1 2 3 :::+ a b c :::+ x y z
