#!/usr/bin/env bash
set -o pipefail; seq 10000 | $P -k echo | head -1 >/dev/null; true
