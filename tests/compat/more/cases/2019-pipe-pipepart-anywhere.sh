#!/usr/bin/env bash
head -c 3000 /dev/zero >f; $P --pipepart -a f -k --recend '' --block 1000 'wc -c'
