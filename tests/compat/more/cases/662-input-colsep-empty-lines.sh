#!/usr/bin/env bash
printf 'a,b\n\nc,d\n' | $P -k --colsep , echo '[{1}][{2}]'
