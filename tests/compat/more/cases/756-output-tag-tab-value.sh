#!/usr/bin/env bash
$P -k --tag echo x ::: 'a	b' | cat -A
