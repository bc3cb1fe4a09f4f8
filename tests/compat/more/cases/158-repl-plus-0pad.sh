#!/usr/bin/env bash
seq 10 | $P -k -j1 --plus echo {0%}-{0#}
