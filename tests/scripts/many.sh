#!/bin/bash
# many.sh -- (slow) a hundred thousand queued jobs under `ulimit -n 64` all run, each once.
source "$(dirname "$0")/lib.sh"
run() { (ulimit -n 64 && seq 100000 | "$PRUN" --no-config -j225 --joblog "$work/log" echo >"$work/out"); }
timed "100,000 jobs, 64 descriptors, 225 at once" run
cmp <(sort -n "$work/out") <(seq 100000) || fail "not every value came out once"
rows=$(awk -F '\t' 'NR > 1 && NF == 9 && $7 == 0 { n++ } END { print n + 0 }' "$work/log")
[[ $rows == 100000 ]] || fail "$rows rows in the job log"
