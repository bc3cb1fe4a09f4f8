#!/usr/bin/env bash
mkdir l; $P --joblog l echo ::: a >/dev/null 2>&1
