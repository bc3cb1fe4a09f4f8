#!/usr/bin/env bash
printf '##v\n#CHROM\n1\n2\n' | $P --pipe -k --header '(?:##.*\n)*#CHROM.*\n' -N1 'cat; echo --'
