#!/usr/bin/env bash
$P --plus -k echo '{/(a)(b)/$2$1}' '{/a/$&}' ::: xab
