#!/usr/bin/env bash
printf 'a\nb\nc' >f; $P --pipepart -a f -k --block 2 'cat; echo .'
