#!/usr/bin/env bash
printf 'a:b:' | $P -d: -k echo '[{}]'
