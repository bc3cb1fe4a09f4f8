#!/usr/bin/env bash
printf 'a\\eb\\ec' | $P -k -d '\e' echo '[{}]'
printf 'a\\vb\n' | $P -k -d '\v' echo '[{}]'
