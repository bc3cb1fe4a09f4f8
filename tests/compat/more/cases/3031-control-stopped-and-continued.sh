#!/usr/bin/env bash
$P -j1 'touch a; sleep 0.3; echo end' ::: a & p=$!; until [ -e a ]; do sleep 0.05; done
kill -STOP $p; sleep 0.1; kill -CONT $p; wait $p; echo $?
