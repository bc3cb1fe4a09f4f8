#!/usr/bin/env bash
printf 'a \nb\nc\nd\n' | $P -k -L2 echo
