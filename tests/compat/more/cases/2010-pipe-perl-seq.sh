#!/usr/bin/env bash
seq 6 | $P --pipe -k --block 6 'cat >/dev/null; echo {= $_=seq()+1 =}'
