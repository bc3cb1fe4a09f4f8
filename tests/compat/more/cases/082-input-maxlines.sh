#!/usr/bin/env bash
printf 'a\nb\nc\n' | $P -k --max-lines=2 echo
