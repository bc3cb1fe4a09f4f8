#!/usr/bin/env bash
printf 'a,b\n' | $P -k -d, 'printf "[%s]" {}'
