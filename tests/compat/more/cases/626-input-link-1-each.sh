#!/usr/bin/env bash
$P -k --link echo {2} {1} ::: a b c :::+ 1 2 3
