#!/usr/bin/env bash
seq 8 | $P -j1 --pipe -N2 --joblog l 'grep -q 3 && exit 1; true'; seq 8 | $P -j1 --pipe -N2 --joblog l --resume-failed cat; echo rc=$?
