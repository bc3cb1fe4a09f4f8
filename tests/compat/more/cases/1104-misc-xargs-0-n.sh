#!/usr/bin/env bash
printf '1\0002\0003\0' | $P -0 -n2 -k echo
