#!/usr/bin/env bash
$P 'exit {}' ::: 1 1 0
