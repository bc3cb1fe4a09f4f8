#!/usr/bin/env bash
printf 'a\nb\0' | $P -0 "printf '[%s]'"
