#!/usr/bin/env bash
$P -k --tag echo x ::: '' | cat -A
