#!/usr/bin/env bash
seq 5 | $P -n2 -k echo
