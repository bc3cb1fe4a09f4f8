#!/usr/bin/env bash
seq 3000 >f; seq 2000 >g; $P --pipepart -k -j2 'wc -c' :::: f g
