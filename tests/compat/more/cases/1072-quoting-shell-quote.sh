#!/usr/bin/env bash
$P --shell-quote ::: 'x*y'
