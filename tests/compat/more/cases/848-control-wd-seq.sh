#!/usr/bin/env bash
$P -k --wd 'd{#}' 'pwd | sed "s#.*/##";:' ::: a b
