#!/usr/bin/env bash
$P --trim rl echo '[{}]' ::: ' a '
