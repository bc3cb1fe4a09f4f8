#!/usr/bin/env bash
printf 'a \n b\n' | $P -k echo '"["{}"]"'
