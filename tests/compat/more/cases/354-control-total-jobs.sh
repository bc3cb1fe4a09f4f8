#!/usr/bin/env bash
$P --total-jobs 9 echo ::: a
