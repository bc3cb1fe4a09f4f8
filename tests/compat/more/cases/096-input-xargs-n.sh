#!/usr/bin/env bash
seq 10 | $P -k -j2 --xargs -n4 echo
