#!/usr/bin/env bash
export A='x y'; $P 'echo "$A" {}' ::: z
