#!/usr/bin/env bash
$P --rpl '{.} $_="X"' echo {.} ::: a.b
