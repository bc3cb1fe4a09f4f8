#!/usr/bin/env bash
$P -j1 -X echo {} x{} ::: 1 2 ::: a b
