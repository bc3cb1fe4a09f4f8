#!/usr/bin/env bash
printf '"a b"\n' | $P -k echo
