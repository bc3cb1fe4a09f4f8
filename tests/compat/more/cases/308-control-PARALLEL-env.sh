#!/usr/bin/env bash
PARALLEL='--tag -k -j1' $P echo ::: a b
