#!/usr/bin/env bash
$P --halt soon,foo=1 echo ::: a; echo rc=$?
