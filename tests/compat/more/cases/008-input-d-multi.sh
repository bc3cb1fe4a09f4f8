#!/usr/bin/env bash
printf 'a--b--c' | $P -k -d -- echo
