#!/usr/bin/env bash
set -e; trap 'echo err $?' ERR; trap 'echo bye' EXIT
$P true ::: a; echo ok; $P false ::: a b || echo caught $?; $P false ::: a; echo no
