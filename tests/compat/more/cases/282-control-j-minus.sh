#!/usr/bin/env bash
$P -j-1 -k echo ::: 1 2
