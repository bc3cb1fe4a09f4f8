#!/usr/bin/env bash
$P -k -d, echo ::: a,b c
