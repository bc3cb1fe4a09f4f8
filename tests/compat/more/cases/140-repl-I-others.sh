#!/usr/bin/env bash
$P -I XX echo XX {.} {/} {1} {1.} ::: d/a.b
