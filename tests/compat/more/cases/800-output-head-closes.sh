#!/usr/bin/env bash
seq 1000 | $P -k echo | head -1
