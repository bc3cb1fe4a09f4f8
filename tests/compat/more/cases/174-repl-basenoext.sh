#!/usr/bin/env bash
$P -k echo '[{/.}]' ::: a/b.c .b a/.b a.b/c
