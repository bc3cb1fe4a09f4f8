#!/usr/bin/env bash
$P --plus -k echo '{//(a|b)(?=.c)/_}' '{%\.(?!gz).*}' '{^(?=a)a}' ::: a/b/c
