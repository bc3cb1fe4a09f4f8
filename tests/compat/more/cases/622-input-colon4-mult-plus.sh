#!/usr/bin/env bash
printf '1\n2\n' >f; $P -k echo ::: x y :::: f :::+ p q
