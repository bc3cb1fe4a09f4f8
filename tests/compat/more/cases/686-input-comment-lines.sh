#!/usr/bin/env bash
printf '#a\nb\n' | $P -k echo
