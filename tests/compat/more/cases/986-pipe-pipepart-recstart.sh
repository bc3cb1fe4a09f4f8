#!/usr/bin/env bash
for i in 1 2 3; do echo ">$i"; echo x; done >f; $P --pipepart -a f --block 1 --recstart '>' -k 'head -c 2' | md5sum
