#!/usr/bin/env bash
$P --wd ... 'pwd | grep -c parallel;:' ::: 1
