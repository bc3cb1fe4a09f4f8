#!/usr/bin/env bash
$P -k --dry-run echo '{= $_=pQ($_) =}' ::: 'a b' "it's" '$x' 'a"b' 'a\b' 'a@b%c'
