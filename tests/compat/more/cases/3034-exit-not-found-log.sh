#!/usr/bin/env bash
touch noexec; $P -k --joblog j {} ::: nosuch ./noexec /tmp 'exit 3' 2>/dev/null; echo $?; cut -f7- j
