#!/usr/bin/env bash
$P -k ::: 'echo a' 'echo b' ::: x y
