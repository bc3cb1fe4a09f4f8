#!/usr/bin/env bash
printf ' a , b \n' | $P --trim n --colsep , echo '[{1}][{2}]'
