#!/usr/bin/env bash
(echo h; seq 100) | $P --pipe -k --header : --block 100 'head -1' | sort -u
