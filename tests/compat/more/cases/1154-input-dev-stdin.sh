#!/usr/bin/env bash
seq 3 | $P -k -a /dev/stdin echo x{1}
seq 2 | $P -k echo {2}{1} ::: a b :::: /dev/stdin
