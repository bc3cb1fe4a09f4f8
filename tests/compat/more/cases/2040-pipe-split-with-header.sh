#!/usr/bin/env bash
(echo id,name; for i in $(seq 5); do echo "$i,n$i"; done) | $P --pipe --header : -N2 'cat > chunk_{#}.csv'; for f in chunk_*; do echo "== $f"; cat $f; done
