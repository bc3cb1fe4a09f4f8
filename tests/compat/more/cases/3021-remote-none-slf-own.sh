#!/usr/bin/env bash
mkdir -p ~/.parallel; echo 1/: >~/.parallel/sshloginfile; $P -S .. -k echo ::: a b; $P --slf .. -k echo ::: c
