#!/bin/bash
# compat.sh -- prun called as parallel answers the cases of tests/compat as GNU parallel 20221122 did, but for those
# that tests/compat/differences.txt names, which must differ still.
source "$(dirname "$0")/lib.sh"
compat=$PWD/tests/compat
type -P perl >/dev/null || lacking perl
ln -s "$PRUN" "$work/parallel"
unset XDG_CONFIG_HOME

# differing JOBS FILTER CASES REF: the cases of one folder that differ.
differing() {
  cp -r "$4" "$work/ref"
  REF=none REF_CACHE=$work/ref "$compat/run.sh" -j "$1" -g "$2" --cases "$3" "$work/parallel" >"$work/out" 2>&1 || true
  rm -rf "$work/ref"
  tail -n 1 "$work/out" >&2
  sed -n 's/^DIFF //p' "$work/out"
}

all=0
for set in "$compat" "$compat/more"; do
  count=$(find "$set/cases" -name '*.sh' | wc -l)
  ((all += count))
  found=$(differing 2 . "$set/cases" "$set/ref")
  [[ $(tail -n 1 "$work/out") == "compat: "*"/$count" ]] || fail "not all cases of $set were run: $(tail -n 3 "$work/out")"
  # Some measure time, which a busy machine has not, or go by which of two jobs ends first: what differs is asked
  # again, alone. A case that is right once is right.
  for _ in 1 2 3; do
    [[ -z $found ]] || found=$(differing 1 "^($(paste -sd'|' <<<"$found"))\.sh" "$set/cases" "$set/ref")
  done
  printf '%s' "$found${found:+$'\n'}" >>"$work/found"
done
sort "$work/found" >"$work/differ"
sed -n 's/^\([0-9][^\t]*\)\t.*/\1/p' "$compat/differences.txt" | sort >"$work/known"
while read -r name; do bad "$name: another answer than GNU parallel's"; done < <(comm -23 "$work/differ" "$work/known")
while read -r name; do bad "$name: as GNU parallel; take it out of differences.txt"; done < <(comm -13 "$work/differ" "$work/known")
ended
echo "$((all - $(wc -l <"$work/known"))) of $all cases as GNU parallel has them, the others as they are listed"
