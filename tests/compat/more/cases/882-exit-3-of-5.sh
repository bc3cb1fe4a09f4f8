#!/usr/bin/env bash
$P 'exit {}' ::: 0 1 0 1 1
