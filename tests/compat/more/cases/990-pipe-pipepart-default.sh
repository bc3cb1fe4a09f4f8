#!/usr/bin/env bash
seq 10 >f; $P --pipepart -a f cat | sort -n | md5sum
