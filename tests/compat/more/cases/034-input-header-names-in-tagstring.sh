#!/usr/bin/env bash
$P -k --header : --tagstring '{a}' echo {b} ::: a 1 2 ::: b 3
