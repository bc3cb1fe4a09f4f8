#!/usr/bin/env bash
$P --KEEP-ORDER --Tag echo ::: a b
