#!/usr/bin/env bash
$P -j1 --halt-on-error 2 'echo {}; exit {}' ::: 1 0; echo rc=$?
