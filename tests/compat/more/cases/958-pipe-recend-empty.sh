#!/usr/bin/env bash
printf 'abcdef' | $P --pipe -k --recend '' --block 2 'cat; echo'
