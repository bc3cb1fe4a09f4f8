#!/usr/bin/env bash
$P -k --header : echo {a}-{b} ::: a 1 2 ::: b
