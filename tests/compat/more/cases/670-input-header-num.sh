#!/usr/bin/env bash
printf 'h\n1\n2\n' | $P -k --header 1 echo {h}
