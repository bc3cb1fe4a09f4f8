#!/usr/bin/env bash
$P -j1 -X --dry-run echo ::: a '' b
