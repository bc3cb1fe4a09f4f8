#!/usr/bin/env bash
$P -k --results out echo {1} {2} ::: a b ::: c >/dev/null; find out -type f | sort; cat out/1/a/2/c/stdout
