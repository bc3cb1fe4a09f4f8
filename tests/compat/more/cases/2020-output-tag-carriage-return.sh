#!/usr/bin/env bash
$P -k --tag 'printf "a\rb\n"' ::: x | cat -A
