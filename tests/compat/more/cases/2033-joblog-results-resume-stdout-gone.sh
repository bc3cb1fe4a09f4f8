#!/usr/bin/env bash
$P -k --results r echo ::: a b; rm r/1/a/stdout; $P -k --results r --resume 'echo x' ::: a b; cat r/1/*/stdout
