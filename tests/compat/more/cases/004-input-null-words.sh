#!/usr/bin/env bash
$P -0 -k echo ::: a b
