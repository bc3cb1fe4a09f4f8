#!/usr/bin/env bash
seq 2 | $P --pipe -k --block 2 --retries 2 'cat; echo {}; test -e f{} || { touch f{}; false; }' ::: a b; echo rc=$?
