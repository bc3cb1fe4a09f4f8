#!/usr/bin/env bash
$P -k echo '{= use POSIX; $_=strftime("%Y-%m-%d",gmtime($_)) =}' ::: 0 86400
