#!/usr/bin/env bash
$P -k --header : --results out echo ::: A x ::: B y >/dev/null; find out -type f | sort
