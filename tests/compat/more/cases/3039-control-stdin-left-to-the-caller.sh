#!/usr/bin/env bash
printf '1\n2\n3\n' | { $P -j1 echo ::: a; cat; }
printf '1\n2\n' | while read -r x; do $P -j1 'cat; echo {}' ::: $x; done
