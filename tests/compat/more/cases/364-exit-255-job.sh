#!/usr/bin/env bash
$P 'exit 255;' ::: 1
