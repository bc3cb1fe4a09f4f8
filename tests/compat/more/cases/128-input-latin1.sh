#!/usr/bin/env bash
printf 'a\351b\n' | $P -k echo | od -An -c
