#!/usr/bin/env bash
$P --plus echo {+/} {+.} {+..} {..} {/..} ::: d/e/a.b.c.d
