#!/usr/bin/env bash
$P --semaphore --fg --id a 'exit 42'; echo $?; $P --semaphore --timeout 0.3 --fg --id a sleep 3; echo $?
$P --semaphore --fg --id a 'kill -9 $$'; echo $?
