#!/usr/bin/env bash
$P -k --results out echo ::: a/b >/dev/null; find out -name stdout
