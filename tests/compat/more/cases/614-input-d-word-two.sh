#!/usr/bin/env bash
printf 'aENDbENDc' | $P -d END -k echo
