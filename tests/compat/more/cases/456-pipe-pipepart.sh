#!/usr/bin/env bash
seq 1000 >f; $P --pipepart -a f -k --block 1k cat | md5sum
