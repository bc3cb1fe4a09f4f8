#!/usr/bin/env bash
$P --rpl '{:(\d+):(\d+)} $_=substr($_,$$1,$$2)' echo {:1:2} ::: abcdef
