#!/usr/bin/env bash
$P -j1 --halt 2 'echo {}; exit {}' ::: 0 4 0; echo rc=$?
