#!/usr/bin/env bash
$P -S : --tag -k echo ::: a
