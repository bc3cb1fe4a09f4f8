#!/usr/bin/env bash
$P -k echo ::: a b ::: 1 2 ::: X Y
