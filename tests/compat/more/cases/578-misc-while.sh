#!/usr/bin/env bash
$P -k 'for i in 1 2; do echo {}$i; done' ::: a b
