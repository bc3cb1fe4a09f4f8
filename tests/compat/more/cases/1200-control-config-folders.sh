#!/usr/bin/env bash
mkdir -p ~/.parallel ph xdg/parallel; export PARALLEL_HOME=$PWD/ph XDG_CONFIG_HOME=$PWD/xdg
echo --tagstring ph > ph/config; $P echo ::: a
echo --tagstring xdg > xdg/parallel/config; $P echo ::: a
echo --tagstring home > ~/.parallel/config; $P echo ::: a
