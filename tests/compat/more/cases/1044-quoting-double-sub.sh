#!/usr/bin/env bash
$P 'echo "$(echo {})"' ::: 'a  b'
