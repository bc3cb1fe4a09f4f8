#!/usr/bin/env bash
printf 'a1b2c3' | $P --pipe -k --regexp --recend '[0-9]' -N1 'cat; echo'
