#!/usr/bin/env bash
PARALLEL_SHELL=/bin/dash $P 'echo ${BASH_VERSION:-none};:' ::: 1
