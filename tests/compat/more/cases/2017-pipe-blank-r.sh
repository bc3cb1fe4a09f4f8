#!/usr/bin/env bash
printf '   \n' | $P --pipe -r -k -N1 'cat -A; echo x'; echo rc=$?
