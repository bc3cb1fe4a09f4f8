#!/usr/bin/env bash
$P --halt now,fail echo ::: a; echo rc=$?
