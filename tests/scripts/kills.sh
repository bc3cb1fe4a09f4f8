#!/bin/bash
# kills.sh -- (slow) a sweep of SIGKILLs over a run: whenever prun dies, what it has recorded is whole, and --resume runs
# each job that is not recorded, and none that is. Once by the job log, once by kept output.
source "$(dirname "$0")/lib.sh"
jobs=1500
kills=50

# How many jobs are recorded: rows of the log, or numbers in the tree.
recorded() {
  if [[ $1 == log ]]; then
    [[ -e $work/log ]] && echo $(($(wc -l <"$work/log") - 1)) || echo 0
  else
    find "$work/out" -name seq -size +0 2>/dev/null | wc -l
  fi
}

# The jobs that are recorded, one a line.
which_ones() {
  if [[ $1 == log ]]; then
    tail -n +2 "$work/log" | cut -f1 | sort -u
  else
    find "$work/out" -name seq -size +0 -printf '%h\n' | sed 's,.*/,,' | sort -u
  fi
}

sweep() {
  local kind=$1 step pid want
  shift
  for ((step = 1; step <= kills; step++)); do
    rm -rf "$work/log" "$work/out" "$work/ran"
    # The moment of the kill is the number of records that there are then: it is swept over the whole run.
    seq $jobs | setsid "$PRUN" --no-config -j4 "$@" "sh -c 'echo \$1 >>$work/ran; echo \$1' sh <>" >/dev/null &
    pid=$!
    want=$((step * jobs / (kills + 5)))
    until (($(recorded "$kind") >= want)); do
      kill -0 "$pid" 2>/dev/null || break
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    if [[ $kind == log ]]; then
      awk -F '\t' 'NF != 9 { exit 1 }' "$work/log" || fail "after $want rows: a record that is not whole"
      [[ $(tail -c 1 "$work/log" | od -An -c) == *'\n'* ]] || fail "after $want rows: the last record is not whole"
    fi
    # Jobs that ran when prun was killed go on, and may still write to ran.
    which_ones "$kind" >"$work/before"
    seq $jobs | "$PRUN" --no-config -j4 "$@" --resume "sh -c 'echo \$1 >>$work/ran; echo \$1' sh <>" >/dev/null
    cmp -s <(which_ones "$kind" | sort -n) <(seq $jobs) || fail "after $want of $kind: not one record a job"
    cmp -s <(sort -nu "$work/ran") <(seq $jobs) || fail "after $want of $kind: a job never ran"
    sort "$work/ran" | uniq -d | comm -12 - "$work/before" >"$work/twice"
    [[ ! -s $work/twice ]] || fail "after $want of $kind: recorded, and run again: $(head -3 "$work/twice" | tr '\n' ' ')"
  done
  echo "$kills kills of a run with a $kind, each resumed to the end"
}

sweep log --joblog "$work/log"
sweep tree --results "$work/out"
