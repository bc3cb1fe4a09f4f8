#!/usr/bin/env bash
printf ' a ,b\n 1 , 2\n' | $P -k --header : --colsep , echo '{ a }-{a}-{b}'
