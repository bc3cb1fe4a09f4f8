#!/bin/bash
# copy-checks.sh -- (slow) the tests of the copy can fail: each way in which tests/testbed/stand-in is a wrong copier is
# seen by the check that is there for it; the right stand-in passes them. And compare.sh, by which all are judged, sees each
# single change made to a copy (tests/torture/selftest.sh).
source "$(dirname "$0")/copylib.sh" "$@"
unset COPY_ALL
# sees WRONG SCRIPT PART WORD: that part fails with that wrong copier, and says so with WORD.  passes SCRIPT PART
try() { # try WRONG SCRIPT PART
  STAND_IN=$1 PRUN=$tests/testbed/stand-in COPY_TREE=--no-deep PRUN_TEST_MOUNTS= PRUN_TEST_SKIPS= ONLY=$3 TMPDIR=$work "$tests/scripts/$2" >"$work/tried" 2>&1
}
sees() {
  part="$1, $2 $3"
  if try "$1" "$2" "$3"; then bad "a wrong copier passes"; else grep -q "BAD: .*$4" "$work/tried" || bad "it fails, but not by '$4': $(grep BAD: "$work/tried" | head -n 3)"; fi
  part=
}
passes() {
  part="the right one, $1 $2"
  try '' "$1" "$2" || bad "a right copier fails: $(grep BAD: "$work/tried" | head -n 3)"
  part=
}
# The program is a script here: the stand-in of a part that needs root only says little elsewhere.
((EUID == 0)) || skip "needs root"
for part in here on_tmpfs on_xfs onto_fuse; do passes copy-torture.sh $part; done
sees untimed copy-torture.sh here 'mtime'
sees unlinked copy-torture.sh here 'hardlink'
sees recopies copy-torture.sh here 'files copied, wanted 0'
sees unreported copy-torture.sh here 'report'
sees early copy-torture.sh here 'is not'
for part in full_data full_inodes quota read_error_real may_not_read immutable refusals two_at_once in_the_way; do passes copy-faults.sh $part; done
for part in full_data full_inodes quota read_error may_not_read immutable refusals; do sees quiet copy-faults.sh $part 'exit status 0'; done
sees quiet copy-faults.sh listing_error 'stderr does not tell'
sees dropped copy-faults.sh close_error 'exit status 0'
sees '' copy-faults.sh while_copied 'exit status 0, but' # rsync looks at nothing twice
sees '' copy-faults.sh file_in_the_way 'gone'
passes copy-kills.sh sync_error
passes copy-kills.sh sync_error_real
sees unsynced copy-kills.sh sync_error 'looks complete\|exit status 0'
sees unsynced copy-kills.sh sync_error_real 'exit status 0'
sees dropped copy-kills.sh lost_at_close 'complete by size and mtime'
export NUMBERS='40 60 80'
sees early copy-kills.sh sweeps 'complete by size and mtime\|neither the old'
unset NUMBERS
part="compare.sh"
"$tests/torture/selftest.sh" "$work/selftest" >"$work/selftest.log" 2>&1 || bad "selftest.sh: $(tail -n 5 "$work/selftest.log")"
tail -n 1 "$work/selftest.log"
part=
ended
