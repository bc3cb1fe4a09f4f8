#!/usr/bin/env bash
(echo h; echo i; seq 4) | $P --pipe -k --header 2 -N2 'cat; echo -'
