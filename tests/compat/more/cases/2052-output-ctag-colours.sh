#!/usr/bin/env bash
$P -k --ctag echo ::: a b c | cat -v
