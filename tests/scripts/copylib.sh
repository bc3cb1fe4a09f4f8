# What the tests of the native copy share: file systems of their own, one run of the copy, and what is asked of it
# afterwards. Sourced by the copy-*.sh; not a test. As root each of them runs in a mount namespace of its own, so that
# nothing stays mounted whatever happens; a part that needs a mount is a named skip elsewhere.
[[ -n ${PRUN_TEST_MOUNTS:-} || $EUID != 0 ]] || ! unshare --mount true 2>/dev/null ||
  PRUN_TEST_MOUNTS=1 exec unshare --mount --propagation private "$0" "$@"
source "$(dirname "$0")/lib.sh"
tests=$(cd "$(dirname "$0")/.." && pwd)
# System programs first: a user's python3 may be a slow shim, and another user may not be able to run it.
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
compare=$tests/torture/compare.sh
for program in python3 strace setfattr setfacl setcap; do type -P $program >/dev/null || lacking $program; done

cleanup() {
  set +e
  local at
  for at in $(jobs -p) $(cat "$work/pids" 2>/dev/null); do kill -KILL "$at" 2>/dev/null; done
  awk -v work="$work/" 'index($5, work) == 1 { print $5 }' /proc/self/mountinfo | tac | while read -r at; do umount "$at" 2>/dev/null || umount -l "$at"; done
  rm -rf --one-file-system "$work"
}
chmod 755 "$work" # the ordinary user of some tests goes through it
exec </dev/null

# can_mount: in a namespace of our own.
can_mount() { [[ -n ${PRUN_TEST_MOUNTS:-} && $EUID == 0 ]]; }

# disk KIND NAME [MIB]: mounts a new file system of that kind at $work/NAME; 1, and a named skip, where that cannot be.
# Images lie in memory: what is tested is what the file system does, not the disk below.
disk() {
  local kind=$1 at=$work/$2 mib=${3:-512} image=$work/images/$2
  can_mount || { skip_part "$kind: needs root and a mount namespace"; return 1; }
  mkdir -p "$at" "$work/images"
  mountpoint -q "$work/images" || mount -t tmpfs -o size=4g,mode=700 images "$work/images"
  if [[ $kind == tmpfs ]]; then
    mount -t tmpfs -o "size=${mib}m,mode=755${4:+,$4}" tmpfs "$at"
    return
  fi
  type -P "mkfs.$kind" >/dev/null || lacking "mkfs.$kind"
  truncate -s "${mib}M" "$image"
  case $kind in
    ext4) mkfs.ext4 -q -F -E nodiscard "$image" ;;
    xfs) mkfs.xfs -q -f -m reflink=1 "$image" ;;
    btrfs) mkfs.btrfs -q -f "$image" >/dev/null ;;
  esac
  mount -o loop "$image" "$at" 2>"$work/mount.err" || { skip_part "$kind: cannot be mounted here: $(head -n 1 "$work/mount.err")"; return 1; }
  rmdir "$at/lost+found" 2>/dev/null || true
}

# fuse BACKING NAME [RULES] [OPTION...]: faultfs.py over BACKING at $work/NAME.  rules NAME RULES: changes what goes wrong.
fuse() {
  local backing=$1 name=$2 rules=${3:-} at=$work/$2
  shift 2
  (($# == 0)) || shift
  can_mount || { skip_part "FUSE: needs root and a mount namespace"; return 1; }
  [[ -w /dev/fuse ]] && : <>/dev/fuse 2>/dev/null || { skip_part "FUSE: /dev/fuse cannot be opened"; return 1; }
  /usr/bin/python3 -c 'import fusepy' 2>/dev/null || lacking python3-fusepy
  mkdir -p "$at"
  rules "$name" "$rules"
  /usr/bin/python3 "$tests/testbed/faultfs.py" --ctl "$work/$name.ctl" "$@" "$backing" "$at" >"$work/$name.log" 2>&1 &
  echo $! >>"$work/pids"
  until mountpoint -q "$at"; do kill -0 $! 2>/dev/null || fail "faultfs.py: $(tail -n 3 "$work/$name.log")"; done
}
turn=0
rules() { # by rename, and with a time of its own: the daemon sees the whole, and sees it at once
  echo "$2" >"$work/$1.new"
  touch -d "@$((1000000000 + ++turn))" "$work/$1.new"
  mv "$work/$1.new" "$work/$1.ctl"
}

# copy [OPTION...] SRC DST: one run of the copy under $run (a command's first words). Gives $status; its stderr is in
# $work/err, its report in $work/report. A run that hangs is status 124.
run=()
copy() {
  rm -f "$work/report"
  status=0
  timeout -k 5 "${limit:-120}" "${run[@]}" "$PRUN" preset parallelcp --report "$work/report" "$@" >"$work/out" 2>"$work/err" || status=$?
  [[ $status != 124 && $status != 137 || -n ${killing:-} ]] || bad "it hung: $*"
}
shown() { head -n 5 "$work/err" | sed 's/^/    /'; }
# exits WANTED...: the last run's exit status is one of these.
exits() {
  local wanted
  for wanted; do [[ $status != "$wanted" ]] || return 0; done
  bad "exit status $status, wanted ${*// /, or }; stderr: $(shown)"
}
report() { /usr/bin/python3 "$tests/scripts/report.py" "$work/report" "$@"; }
# copied N: so many files had their data copied, by the report.
copied() {
  local got
  got=$(report copied 2>&1) || { bad "report: $got"; return; }
  [[ $got == "$1" ]] || bad "$got files copied, wanted $1"
}
# told NAME ERRNO...: that path and one of these are on stderr, as `prun: PATH: OP: message (ERRNO)`, and in the report.
told() {
  local name=$1 errnos
  shift
  errnos=$(IFS='|' && echo "$*")
  grep -qE "^prun: .*$name.*: .*\(($errnos)\)" "$work/err" || bad "stderr does not tell $name with $errnos; it is: $(shown)"
  report error "$name" "$@" >"$work/told" 2>&1 || bad "the report does not tell $name with $errnos: $(cat "$work/told")"
}
# same SRC DST [OPTION...]: no differences. differences SRC DST [OPTION...]: all of them, a line each.
differences() { "$compare" "$@" --max 0 >"$work/compared" || true; sed '/^count /d;/^entries: /d' "$work/compared"; }
same() {
  differences "$@" >"$work/differences"
  [[ $(tail -n 1 "$work/differences") == 'differences: 0' && $(wc -l <"$work/differences") == 1 ]] ||
    bad "$2 is not $1: $(tail -n 1 "$work/differences"): $(head -n 6 "$work/differences" | cut -c 1-200 | sed 's/^/    /')"
}
# only SRC DST PATTERN [OPTION...]: differences only in lines that match, and in the root's and parents' times.
only() {
  local source=$1 there=$2 pattern=$3
  shift 3
  differences "$source" "$there" --ignore mtime:dir "$@" | grep -vE "^differences: |$pattern" >"$work/differences" || true
  [[ ! -s $work/differences ]] || bad "more than the one in error is not as in $source: $(head -n 5 "$work/differences" | cut -c 1-200)"
}
# settled SRC DST [OLD]: no file has the size and mtime of its source but other contents; with OLD, which DST was before,
# each is whole: the old one or the new one.
settled() { /usr/bin/python3 "$tests/torture/settled.py" "$compare" "$@" >"$work/settled" 2>&1 || bad "after the fault: $(head -n 5 "$work/settled" | cut -c 1-300)"; }
# again SRC DST: the fault is gone, the same command ends well, and the trees are one.
again() {
  copy "$@"
  exits 0
  same "${@: -2}"
}

# during INJECTION CHANGE SRC DST: runs the copy until that system call stops it (strace's signal=SIGSTOP), calls CHANGE,
# and lets it go on. 1 when the call was not reached.
during() {
  local injection=$1 change=$2 tracer pid reached=1
  shift 2
  rm -f "$work/strace" "$work/report"
  : >"$work/strace"
  timeout -k 5 120 strace -f -o "$work/strace" -e "trace=${injection%%:*}" -e "inject=$injection" \
    "$PRUN" preset parallelcp --report "$work/report" "$@" >"$work/out" 2>"$work/err" &
  tracer=$!
  until grep -q 'stopped by SIGSTOP' "$work/strace"; do kill -0 $tracer 2>/dev/null || break; done
  if grep -q 'stopped by SIGSTOP' "$work/strace"; then
    reached=0
    pid=$(awk '/stopped by SIGSTOP/ { print $1; exit }' "$work/strace")
    "$change"
    kill -CONT "$pid"
  fi
  status=0
  wait $tracer || status=$?
  [[ $status != 124 ]] || bad "it hung"
  return $reached
}

# parts NAME...: each function in a subshell, whose failures are told under its name.
parts() {
  local started
  for part; do
    [[ -z ${ONLY:-} || $part == $ONLY ]] || continue
    started=$SECONDS
    set +e
    (set -e; "$part")
    status=$?
    set -e
    ((status == 0)) || bad "the part ended with status $status"
    printf '%-40s %4d s\n' "$part" $((SECONDS - started))
  done
  part=
}
