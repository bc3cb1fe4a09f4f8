#!/usr/bin/env bash
$P --plus echo {:1} {:1:2} ::: abcdef
