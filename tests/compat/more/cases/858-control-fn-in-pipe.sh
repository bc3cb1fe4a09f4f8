#!/usr/bin/env bash
f() { tr a-z A-Z; }; export -f f; $P -k 'echo {} | f' ::: a
