#!/usr/bin/env bash
$P --timeout 5 echo ::: a
