#!/usr/bin/env bash
$P 'echo $PARALLEL_SSHHOST {}' ::: a
