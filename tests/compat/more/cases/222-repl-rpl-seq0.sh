#!/usr/bin/env bash
$P -k --rpl '{#0} $_=seq()-1' echo {#0} ::: a b
