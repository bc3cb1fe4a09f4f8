#!/usr/bin/env bash
printf 'a\nEND\nb\n' >f; $P -k -E END echo :::: f ::: 1 2
