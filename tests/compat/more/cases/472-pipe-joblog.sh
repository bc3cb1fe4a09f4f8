#!/usr/bin/env bash
seq 4 | $P --pipe -N2 --joblog l cat >/dev/null; cut -f1,5,6 l | sort
