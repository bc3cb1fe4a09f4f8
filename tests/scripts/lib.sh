# What the script-driven tests share. Sourced by them; not a test.
# They get the program in $PRUN (a release build) and the list of skips in $PRUN_TEST_SKIPS from tests/run.
set -euo pipefail
export LC_ALL=C
me=tests/scripts/$(basename "$0")
: "${PRUN:?is the program under test: run this by tests/run, or set it}"
for name in $(compgen -e | grep -E '^PRUN_(OPTS|SHELL)' || true); do unset "$name"; done
work=$(mktemp -d "${TMPDIR:-/tmp}/prun-script.XXXXXX")
cleanup() { rm -rf "$work"; }
trap cleanup EXIT
export XDG_CONFIG_HOME=$work/config

fail() { echo "$me: FAILED: $*" >&2; exit 1; }
# skip WHY: for what this machine cannot have.  lacking WHAT: for what apt could install.
skip() { echo "skipped: $*"; [[ -z ${PRUN_TEST_SKIPS:-} ]] || echo "$me: $*" >>"$PRUN_TEST_SKIPS"; exit 77; }
lacking() { [[ ${PRUN_TEST_REQUIRE_ALL:-} != 1 ]] || fail "$1 is not installed, and PRUN_TEST_REQUIRE_ALL=1"; skip "$1 is not installed (tests/run installs it)"; }
# skip_part WHAT: WHY, for a part that this machine cannot have; the rest of the script goes on.
skip_part() { echo "skipped: $*"; [[ -z ${PRUN_TEST_SKIPS:-} ]] || echo "$me: $*" >>"$PRUN_TEST_SKIPS"; }
# bad WHAT...: one check failed; the script goes on, so that one run tells them all.  ended: fails if there was one.
failures=$work/bad
bad() { echo "$me: BAD: ${part:+$part: }$*" | tee -a "$failures" >&2; }
ended() { [[ ! -s $failures ]] || fail "$(grep -c ': BAD: ' "$failures") of the checks; each is told above"; }
# timed WHAT COMMAND...: runs it, fails by name, prints how long it took.
timed() {
  local what=$1 start=$EPOCHREALTIME
  shift
  "$@" || fail "$what: status $?"
  printf '%-58s %6.1f s\n' "$what" "$(bc_minus "$EPOCHREALTIME" "$start")"
}
bc_minus() { awk -v a="$1" -v b="$2" 'BEGIN { print a - b }'; }
