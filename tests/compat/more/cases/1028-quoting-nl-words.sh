#!/usr/bin/env bash
printf 'a\nb\0c\0' | $P -0 -k 'echo {} | wc -l'
