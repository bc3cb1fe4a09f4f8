#!/usr/bin/env bash
$P -j1 --retries 3 'test -e f || { touch f; exit 1; }' ::: 1
