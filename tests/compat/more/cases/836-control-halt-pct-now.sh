#!/usr/bin/env bash
seq 10 | $P -j1 --halt now,fail=20% 'echo {}; false'; echo rc=$?
