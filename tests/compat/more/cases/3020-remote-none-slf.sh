#!/usr/bin/env bash
printf '# machines\n\n2/:\n' >n; $P --slf n -k echo ::: a b; echo $?
echo : | $P --sshloginfile - -k echo ::: a b
: >n; $P --slf n echo ::: a
$P --slf nosuch echo ::: a 2>/dev/null; echo $?
