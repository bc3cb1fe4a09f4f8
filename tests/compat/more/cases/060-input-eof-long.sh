#!/usr/bin/env bash
printf 'a\nb\nc\n' | $P -k --eof=b echo
