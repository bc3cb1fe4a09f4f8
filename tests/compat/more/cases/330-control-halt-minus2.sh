#!/usr/bin/env bash
$P -j1 --halt -2 'echo {}; exit {}' ::: 4 0 0; echo rc=$?
