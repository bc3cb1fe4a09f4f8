#!/usr/bin/env bash
$P --lb --group -k echo ::: a b
