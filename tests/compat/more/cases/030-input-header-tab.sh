#!/usr/bin/env bash
printf 'a\tb\n1\t2\n' | $P -k --header : echo {b} {a}
