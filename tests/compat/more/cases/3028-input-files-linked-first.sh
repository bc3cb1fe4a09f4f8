#!/usr/bin/env bash
printf 'a\nb\nc\n' >in; $P -k echo {1} - {2} ::::+ <(head -n -1 in) <(tail -n +2 in)
