#!/usr/bin/env bash
$P --plus echo {1..} {2...} ::: a.b.c ::: d.e.f.g
