#!/usr/bin/env bash
$P -k --lb -j3 'echo {}1; sleep 0.{}; echo {}2' ::: 3 2 1
