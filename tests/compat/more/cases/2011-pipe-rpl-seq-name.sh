#!/usr/bin/env bash
seq 6 | $P --pipe -k --block 6 --rpl '{0#} $_=sprintf("%03d",$job->seq())' 'cat > f{0#}'; ls
