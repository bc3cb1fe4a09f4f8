#!/usr/bin/env bash
printf 'a:b' | $P -k -d: -0 echo
