#!/usr/bin/env bash
$P -j1 -u --files echo ::: a b
