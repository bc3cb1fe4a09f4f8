#!/bin/bash
# memory.sh -- 10 million inputs, and many no-op jobs, within 16 MiB of resident memory (a release build).
source "$(dirname "$0")/lib.sh"
[[ -x /usr/bin/time ]] || lacking time
limit=$((16 * 1024))

# peak WHAT COMMAND...: runs it under time(1) and compares its peak with the limit.
peak() {
  local what=$1 kib
  shift
  /usr/bin/time -f %M -o "$work/peak" "$@" || fail "$what: status $?"
  kib=$(tail -n 1 "$work/peak")
  printf '%-58s %6d KiB\n' "$what" "$kib" >&2
  ((kib <= limit)) || fail "$what: $kib KiB, at most $limit are allowed"
}
yes some/path/to/a/file.c | head -n 10000000 >"$work/list" || true # yes dies by SIGPIPE
peak "10 million inputs, --dry-run" "$PRUN" --no-config --dry-run 'cp <> dst/</>' <"$work/list" 2>&1 |
  awk '/^cp / { n++ } !/^cp / { print } END { exit n != 10000000 }' ||
  fail "not ten million commands, each on its line"
peak "20,000 no-op jobs" "$PRUN" --no-config -j4 true < <(head -n 20000 "$work/list")
peak "20,000 no-op jobs in order" "$PRUN" --no-config -k -j4 true < <(head -n 20000 "$work/list")
