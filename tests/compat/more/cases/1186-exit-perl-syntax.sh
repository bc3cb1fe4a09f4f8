#!/usr/bin/env bash
$P -k echo '{= s/( =}' ::: a b; echo rc=$?
$P -k echo '{= if( =}' ::: a b; echo rc=$?
$P -k --rpl '{x} foo(' echo '{x}' ::: a b; echo rc=$?
$P -k --rpl '{x} foo(' echo 'y' ::: a; echo rc=$?
