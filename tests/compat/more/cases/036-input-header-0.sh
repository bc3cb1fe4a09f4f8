#!/usr/bin/env bash
printf '1\n2\n' >fx; $P -k --header 0 echo {fx} :::: fx
