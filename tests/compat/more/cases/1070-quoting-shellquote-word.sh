#!/usr/bin/env bash
$P --shellquote ::: "a'b c"
