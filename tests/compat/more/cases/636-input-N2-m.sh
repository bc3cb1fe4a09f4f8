#!/usr/bin/env bash
seq 4 | $P -k -N2 -m echo x{}
