#!/usr/bin/env bash
$P -j1 -u -v echo ::: a b
