#!/usr/bin/env bash
seq 4 | $P -k -N2 echo x{}y z
