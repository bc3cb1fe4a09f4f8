#!/usr/bin/env bash
$P -j1 --lb echo ::: a b
