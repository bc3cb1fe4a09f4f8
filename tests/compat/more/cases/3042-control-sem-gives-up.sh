#!/usr/bin/env bash
mkfifo go; $P --semaphore --id a 'echo >held; read x <go'; until [ -e held ]; do sleep 0.05; done
$P --semaphore --st -0.2 --id a --fg echo no 2>/dev/null; echo $?; echo >go; $P --semaphore --wait --id a; echo $?
