#!/usr/bin/env bash
$P -j1 -X echo {/} {.} {/.} ::: a/b.c d/e.f
