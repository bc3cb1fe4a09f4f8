#!/usr/bin/env bash
$P -j2 'sleep {}; echo {}' ::: 6 6 & p=$!; sleep 1; kill -INT $p; wait $p; echo rc=$?
