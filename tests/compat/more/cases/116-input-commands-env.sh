#!/usr/bin/env bash
printf 'x=1; echo $x\n' | $P
