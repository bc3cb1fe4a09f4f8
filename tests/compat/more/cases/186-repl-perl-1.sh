#!/usr/bin/env bash
$P -k echo '{= s/\.txt$/.md/ =}' ::: a.txt b.txt
