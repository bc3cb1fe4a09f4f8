#!/usr/bin/env bash
seq 3 | $P -j1 -m --tagstring '{}' echo
