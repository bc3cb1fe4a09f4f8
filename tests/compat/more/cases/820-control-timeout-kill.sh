#!/usr/bin/env bash
$P -j3 --timeout 1 'sleep {}; echo {}' ::: 0.1 0.2 4; echo rc=$?
