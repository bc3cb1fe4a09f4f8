#!/usr/bin/env bash
for i in $(seq 30); do echo ">s$i"; echo ACGT; done >f; $P --pipepart -a f -k --recstart '>' --block 60 'cat; echo --'
