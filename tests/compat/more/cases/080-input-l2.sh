#!/usr/bin/env bash
printf 'a\nb\nc\n' | $P -k -l2 echo
