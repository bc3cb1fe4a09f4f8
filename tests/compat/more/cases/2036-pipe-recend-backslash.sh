#!/usr/bin/env bash
printf 'a\\b\\c' | $P --pipe -k --recend '\' -N1 'cat; echo'
