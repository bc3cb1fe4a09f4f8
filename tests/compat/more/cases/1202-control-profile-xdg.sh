#!/usr/bin/env bash
export XDG_CONFIG_HOME=$PWD/xdg; mkdir -p xdg/parallel; echo --dry-run > xdg/parallel/p; $P -J p -k echo ::: a b
