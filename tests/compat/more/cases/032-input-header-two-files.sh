#!/usr/bin/env bash
printf 'a,b\n1,2\n' >f; printf 'c\n3\n4\n' >g; $P -k --header : --colsep , echo {a}{b}{c} :::: f g
