#!/usr/bin/env bash
seq 6 | $P -k -j1 echo '{= $_%=3 =}'
