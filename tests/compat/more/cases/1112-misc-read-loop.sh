#!/usr/bin/env bash
printf 'a 1\nb 2\n' | $P -k --colsep ' ' 'echo {1}={2}'
