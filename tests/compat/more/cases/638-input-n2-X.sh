#!/usr/bin/env bash
seq 4 | $P -k -j1 -n2 -X echo x{}
