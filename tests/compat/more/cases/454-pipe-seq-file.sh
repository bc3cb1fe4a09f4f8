#!/usr/bin/env bash
seq 4 | $P --pipe -N2 'cat > f{#}'; cat f1 f2
