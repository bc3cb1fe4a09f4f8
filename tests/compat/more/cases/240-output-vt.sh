#!/usr/bin/env bash
$P -k -t -v echo ::: a 2>&1
