#!/usr/bin/env bash
printf 'a\0b\0' | $P --pipe -k --recend '\0' -N1 'tr "\0" x; echo'
