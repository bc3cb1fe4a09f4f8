#!/usr/bin/env bash
$P -j0 -k echo ::: 1 2 3
