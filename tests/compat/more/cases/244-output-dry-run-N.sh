#!/usr/bin/env bash
seq 4 | $P -k --dry-run -N2 echo x{}
