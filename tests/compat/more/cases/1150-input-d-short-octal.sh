#!/usr/bin/env bash
printf 'a\0017b' | $P -k -d '\17' echo '[{}]'
printf 'a\0107b' | $P -k -d '\107' echo '[{}]'
