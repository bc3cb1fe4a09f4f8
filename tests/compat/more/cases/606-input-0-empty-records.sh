#!/usr/bin/env bash
printf 'a\0\0b\0' | $P -0 -k echo '[{}]'
