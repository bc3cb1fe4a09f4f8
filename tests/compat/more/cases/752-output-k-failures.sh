#!/usr/bin/env bash
$P -k 'echo {}; exit {}' ::: 1 0 2; true
