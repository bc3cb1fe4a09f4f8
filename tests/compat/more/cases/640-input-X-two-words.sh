#!/usr/bin/env bash
seq 3 | $P -j1 -X echo pre{}post {}.txt {/}
