#!/usr/bin/env bash
for f in yyyy_mm_dd_hh_mm_ss yyyy_mm_dd_hh_mm yyyy_mm_dd hh_mm_ss hh_mm yyyymmddhhmmss yyyymmddhhmm yyyymmdd hhmmss hhmm; do
  $P echo "{= \$_=$f() =}" ::: a
done | sed 's/[0-9]/9/g'
