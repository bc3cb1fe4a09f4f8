#!/usr/bin/env bash
$P --lb 'printf "x\ny"' ::: 1
