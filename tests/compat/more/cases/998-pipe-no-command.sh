#!/usr/bin/env bash
seq 3 | $P --pipe >/dev/null 2>&1; echo rc=$?
