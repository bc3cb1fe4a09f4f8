#!/usr/bin/env bash
printf 'a\nb\nc\n' | $P -k -L2 echo
