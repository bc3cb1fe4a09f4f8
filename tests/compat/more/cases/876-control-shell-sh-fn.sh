#!/usr/bin/env bash
export P; cat > s.sh <<'E'
$P 'echo $0;:' ::: 1 | sed 's#.*/##'
E
sh s.sh; bash s.sh
