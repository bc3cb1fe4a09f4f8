#!/usr/bin/env bash
$P -k --header : echo '{=a s/x/y/ =}' '{=b $_=uc =}' '{= s/x/z/ =}' ::: a xx ::: b xy
