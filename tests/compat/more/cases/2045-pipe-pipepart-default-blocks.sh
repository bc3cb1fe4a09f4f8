#!/usr/bin/env bash
seq 20000 >f; $P --pipepart -a f -k -j2 'wc -c'
