#!/usr/bin/env bash
$P -k --tag --color echo ::: a | cat -v | wc -l
