#!/usr/bin/env bash
$P -k 'printf "a\0b"' ::: 1 | od -An -c
