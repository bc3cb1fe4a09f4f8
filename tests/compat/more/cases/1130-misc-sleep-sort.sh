#!/usr/bin/env bash
$P -j4 'sleep 0.{}; echo {}' ::: 6 4 2
