#!/usr/bin/env bash
printf 'a,b c\n' | $P --colsep , echo {}
