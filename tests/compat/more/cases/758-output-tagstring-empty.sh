#!/usr/bin/env bash
$P -k --tagstring '' echo ::: a | cat -A
