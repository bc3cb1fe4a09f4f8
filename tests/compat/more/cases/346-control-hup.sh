#!/usr/bin/env bash
$P -j1 'sleep {}; echo {}' ::: 1.5 1 1 & p=$!; sleep 0.7; kill -HUP $p; wait $p; echo rc=$?
