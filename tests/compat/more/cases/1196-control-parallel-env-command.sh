#!/usr/bin/env bash
PARALLEL='-k echo' $P --tag x ::: a b
PARALLEL='-k echo ::: a b' $P
