#!/usr/bin/env bash
$P -j2 --lb --halt now,fail=1 '{}' ::: 'echo begun; touch go; sleep 9' 'until [ -e go ]; do sleep 0.05; done; sleep 0.2; exit 5'; echo $?
