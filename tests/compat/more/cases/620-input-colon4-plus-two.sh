#!/usr/bin/env bash
printf '1\n2\n' >f; printf 'a\nb\n' >g; $P -k echo :::: f ::::+ g
