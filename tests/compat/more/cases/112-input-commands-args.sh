#!/usr/bin/env bash
$P -k ::: 'echo a' 'echo b | tr b B'
