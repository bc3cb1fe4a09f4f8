#!/usr/bin/env bash
seq 2 | $P --pipe -j1 -N1 'echo {#} {%}; cat'
