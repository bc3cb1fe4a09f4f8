#!/usr/bin/env bash
seq 40 | $P -k -j1 --xargs -s 50 echo {} {#}
