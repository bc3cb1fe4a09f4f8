#!/usr/bin/env bash
printf '%s\n' 'seq 2 | $P -k "echo \${BASH_VERSION:+bash} {}"' >s.sh; dash s.sh; bash s.sh
