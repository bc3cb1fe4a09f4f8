#!/usr/bin/env bash
printf 'a\r\n' | $P echo {} | od -An -c
