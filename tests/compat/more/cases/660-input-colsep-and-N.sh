#!/usr/bin/env bash
printf '1 2\n3 4\n' | $P -k --colsep ' ' -N1 echo {2} {1}
