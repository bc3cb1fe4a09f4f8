#!/usr/bin/env bash
$P -k echo '{= $_=lc($_); s/x/y/ =}' ::: AXB
