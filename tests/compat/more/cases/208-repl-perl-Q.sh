#!/usr/bin/env bash
$P -k --dry-run echo '{= $_=Q($_) =}' ::: 'a b'
