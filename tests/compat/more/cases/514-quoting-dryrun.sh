#!/usr/bin/env bash
$P -k --dry-run echo ::: 'a;b' "it''s" 'a!b' '^' '%a' 'a=b' 'a:b' '{a}' '[a]' '"' '\'
