#!/usr/bin/env bash
seq 6 | $P --pipe -k -j2 --roundrobin --block 6 'cat >/dev/null; echo {}' ::: a b
