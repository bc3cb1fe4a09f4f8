#!/usr/bin/env bash
printf 'a-b,c-d,' | $P -k -d, --colsep - echo {2}{1}
