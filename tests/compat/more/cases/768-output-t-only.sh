#!/usr/bin/env bash
$P -k -t echo ::: a 2>/dev/null
