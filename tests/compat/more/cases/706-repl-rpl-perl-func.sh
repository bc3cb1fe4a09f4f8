#!/usr/bin/env bash
$P --rpl '{len} $_=length' echo {len} ::: abcde
