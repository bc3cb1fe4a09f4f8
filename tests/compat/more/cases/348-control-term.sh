#!/usr/bin/env bash
$P 'sleep {}; echo {}' ::: 5 & p=$!; sleep 1; kill $p; wait $p; echo rc=$?
