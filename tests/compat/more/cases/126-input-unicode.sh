#!/usr/bin/env bash
printf 'é\nß x\n' | $P -k echo
