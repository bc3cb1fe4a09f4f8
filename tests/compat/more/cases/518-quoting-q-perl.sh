#!/usr/bin/env bash
$P -k -q perl -e 'print "$ARGV[0]\n"' ::: 'a b'
