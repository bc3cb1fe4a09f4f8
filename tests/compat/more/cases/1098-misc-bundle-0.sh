#!/usr/bin/env bash
printf 'a\0b\0' | $P -0kj1 echo
