#!/usr/bin/env bash
seq 20 | $P -j0 'sleep 0.2; echo {}' | wc -l
