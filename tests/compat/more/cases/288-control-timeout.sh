#!/usr/bin/env bash
$P -j2 --timeout 1 'sleep {}; echo {}' ::: 0.1 9; echo rc=$?
