#!/usr/bin/env bash
printf 'a,b\r\n1,2\r\n' | $P -k --header : --colsep , echo '{b}' | od -c
