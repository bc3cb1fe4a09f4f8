#!/usr/bin/env bash
seq 3 | $P -k -n 1k echo
