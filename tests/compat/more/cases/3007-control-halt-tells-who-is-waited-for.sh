#!/usr/bin/env bash
mkfifo go here
$P -j2 --halt soon,fail=1 '{}' ::: 'read x <here; exit 3' 'echo >here; read x <go; exit 4' 'echo no' 2>err & p=$!
until grep -q 'Waiting for' err 2>/dev/null; do sleep 0.05; done
echo >go; wait $p; echo $?; cat err
