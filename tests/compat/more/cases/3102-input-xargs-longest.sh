#!/usr/bin/env bash
seq 40000 | $P -k --xargs echo | awk '{ print length }'
