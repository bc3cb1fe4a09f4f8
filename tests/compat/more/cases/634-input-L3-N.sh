#!/usr/bin/env bash
seq 6 | $P -k -L3 echo x{}
