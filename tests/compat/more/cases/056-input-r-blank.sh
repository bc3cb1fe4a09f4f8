#!/usr/bin/env bash
printf 'a\n \n\nb\n' | $P -k -r echo
