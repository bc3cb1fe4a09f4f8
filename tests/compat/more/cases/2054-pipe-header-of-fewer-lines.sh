#!/usr/bin/env bash
printf 'a\nb' | $P --pipe -k --header 2 cat; echo; printf 'a' | $P --pipe -k --header : cat; echo
