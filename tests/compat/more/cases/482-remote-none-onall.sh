#!/usr/bin/env bash
$P --onall -S : -k echo ::: a b
