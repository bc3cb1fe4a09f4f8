#!/usr/bin/env bash
printf 'a\0b' | $P -d '\0' -k echo
