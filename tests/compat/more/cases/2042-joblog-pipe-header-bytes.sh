#!/usr/bin/env bash
(echo h; seq 4) | $P -j1 --pipe -N2 --header : --joblog l cat >/dev/null; cut -f1,5,6 l
