#!/usr/bin/env bash
seq 5 | $P -k echo '{= skip() if $_>3 =}'; true
