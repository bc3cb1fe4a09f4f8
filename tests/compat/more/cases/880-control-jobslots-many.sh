#!/usr/bin/env bash
seq 6 | $P -j3 'sleep 0.2; echo {%}' | sort | uniq -c | awk '{print $2}'
