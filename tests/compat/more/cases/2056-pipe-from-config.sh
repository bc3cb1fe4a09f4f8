#!/usr/bin/env bash
mkdir -p $HOME/.parallel; echo '--pipe -N2 -k' > $HOME/.parallel/config; seq 4 | $P 'paste -sd,'
