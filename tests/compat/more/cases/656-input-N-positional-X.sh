#!/usr/bin/env bash
seq 4 | $P -k -N2 echo {1} x{2}y {}
