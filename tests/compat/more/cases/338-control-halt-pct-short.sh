#!/usr/bin/env bash
$P -j1 --halt 50% 'echo {}; exit {}' ::: 1 1 0 0; echo rc=$?
