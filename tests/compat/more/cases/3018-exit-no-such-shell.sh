#!/usr/bin/env bash
PARALLEL_SHELL=/nosuch/shell $P 'echo {};:' ::: a; echo $?
