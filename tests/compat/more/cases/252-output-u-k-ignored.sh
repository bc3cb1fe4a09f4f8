#!/usr/bin/env bash
$P -j1 -u -k echo ::: a b
