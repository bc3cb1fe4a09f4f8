#!/usr/bin/env bash
$P -k printf %s ::: a b; echo
