#!/usr/bin/env bash
$P -k -v 'echo {} >&2' ::: a 2>/dev/null
