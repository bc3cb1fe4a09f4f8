#!/bin/bash
# kills.sh -- (slow) a sweep of SIGKILLs over a run: whenever prun dies, its job log is whole, and --resume completes it.
source "$(dirname "$0")/lib.sh"
jobs=1500
for ((step = 1; step <= 40; step++)); do
  rm -f "$work/log" "$work/ran"
  # The moment of the kill is the number of rows that the log has then: it is swept over the whole run.
  seq $jobs | setsid "$PRUN" --no-config -j4 --joblog "$work/log" "sh -c 'echo \$1 >>$work/ran' sh <>" &
  pid=$!
  want=$((step * jobs / 45))
  until [[ -e $work/log ]] && (($(wc -l <"$work/log") >= want)); do
    kill -0 "$pid" 2>/dev/null || break
  done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  awk -F '\t' 'NF != 9 { exit 1 }' "$work/log" || fail "after $want rows: a record that is not whole"
  [[ $(tail -c 1 "$work/log" | od -An -c) == *'\n'* ]] || fail "after $want rows: the last record is not whole"
  seq $jobs | "$PRUN" --no-config -j4 --joblog "$work/log" --resume "sh -c 'echo \$1 >>$work/ran' sh <>"
  cmp <(tail -n +2 "$work/log" | cut -f1 | sort -n) <(seq $jobs) || fail "after $want rows: not one record a job"
  cmp <(sort -nu "$work/ran") <(seq $jobs) || fail "after $want rows: a job never ran"
done
echo "40 kills, each resumed to the end"
