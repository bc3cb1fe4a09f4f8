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
  ((EUID == 0)) || chmod -R u+rwx "$work" 2>/dev/null
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
    ext4) mkfs.ext4 -q -F -b 4096 -E nodiscard "$image" ;;
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
  {
    timeout -k 5 "${limit:-60}" "${run[@]}" "$PRUN" preset parallelcp --report "$work/report" "$@" >"$work/out" 2>"$work/err"
  } 2>/dev/null || status=$? # the shell's own word about a killed run goes nowhere
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
  differences "$source" "$there" --ignore mtime:dir "$@" | grep -vE "^differences: |^trouble: .*Permission denied|$pattern" >"$work/differences" || true
  [[ ! -s $work/differences ]] || bad "more than the one in error is not as in $source: $(head -n 5 "$work/differences" | cut -c 1-200)"
}
# settled SRC DST [OLD]: no file has the size and mtime of its source but other contents; with OLD, which DST was before,
# each is whole: the old one or the new one.
settled() { [[ ! -e $2 ]] || /usr/bin/python3 "$tests/torture/settled.py" "$compare" "$@" >"$work/settled" 2>&1 || bad "after the fault: $(head -n 5 "$work/settled" | cut -c 1-300)"; }
# again SRC DST: the fault is gone, the same command ends well, and the trees are one.
again() {
  copy "$@"
  exits 0
  same "${@: -2}"
}

# during INJECTION PATH CHANGE SRC DST: runs the copy until that system call on PATH stops it (strace's signal=SIGSTOP),
# calls CHANGE, and lets it go on. 1 when the call was not reached.
during() {
  local injection=$1 path=$2 change=$3 tracer pid reached=1
  shift 3
  rm -f "$work/strace" "$work/report"
  : >"$work/strace"
  timeout -k 5 "${limit:-60}" strace -f -o "$work/strace" -P "$path" -e "trace=${injection%%:*}" -e "inject=$injection" \
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

# parts NAME...: each function in a subshell, in a folder of its own; its failures are told under its name.
parts() {
  local started
  for part; do
    [[ -z ${ONLY:-} || $part == $ONLY ]] || continue
    started=$SECONDS
    set +e
    (
      set -e
      work=$work/$part
      mkdir -p "$work"
      chmod 755 "$work"
      "$part"
    )
    status=$?
    set -e
    ((status == 0)) || bad "the part ended with status $status"
    printf '%-40s %4d s\n' "$part" $((SECONDS - started))
  done
  part=
}

# small_tree DIR: 150 entries that take every way through the copier: small, big, sparse, linked, odd names, xattrs, modes.
# old_tree DIR: what DST may have held before: most of the same names, other contents, some of the same size, other times.
small_tree() {
  local d i
  mkdir -p "$1"
  (
    cd "$1"
    for d in a b c a/deep a/deep/er "odd
name"; do
      mkdir "./$d"
      for i in 1 2 3 4 5 6 7 8; do printf '%s of %s' $i "$d" >"./$d/f$i"; done
      : >"./$d/empty"
      ln -s ../f1 "./$d/link"
    done
    head -c 3000000 /dev/urandom >big
    head -c 12000000 /dev/urandom >huge
    head -c 300000 /dev/urandom >c/middle
    head -c 65536 /dev/urandom >sparse && truncate -s 6M sparse && printf END | dd of=sparse bs=1 seek=4000001 conv=notrunc status=none
    truncate -s 1M hole
    for i in 1 2 3 4 5 6 7 8 9; do ln a/f1 "b/hard$i"; done
    ln big c/bighard && ln a/link c/hardlink
    mkdir many && for i in $(seq 50); do echo $i >many/$i; done
    mkfifo fifo && ln -s nowhere dangling && printf x >$'\xff\xfe' && printf y >"$(printf 'n%.0s' {1..255})"
    setfattr -n user.x -v 1 a/f2 && setfattr -n user.y -v 2 b && setfattr -n user.z -v 3 a/f3 && setfacl -m u:1001:r a/f4
    chmod 0444 a/f3 && chmod 4755 a/f5 && chmod 2755 c && chmod 0555 a/deep/er && chmod 0500 many
    if ((EUID == 0)); then mknod zero c 1 5 && chown 1000:1001 a/f6 && chown -h 1:2 b/link && chown 5:6 c/middle && printf c >cap && setcap cap_net_raw+ep cap; fi
    find . -depth -exec touch -h -d @1500000000.123456789 {} +
  ) || fail "the small tree cannot be made here"
}
old_tree() {
  local d i
  mkdir -p "$1"
  (
    cd "$1"
    for d in a b a/deep many; do
      mkdir "./$d"
      for i in 1 2 3 4 5 6; do printf '%s OF %s' $i "$d" >"./$d/$([[ $d == many ]] || echo f)$i"; done
      [[ $d == many ]] || ln -s elsewhere "./$d/link"
    done
    head -c 3000000 /dev/urandom >big
    head -c 12000000 /dev/urandom >huge
    truncate -s 6M sparse && printf old | dd of=sparse bs=1 seek=5000000 conv=notrunc status=none
    printf o >b/hard1 && printf o >b/hard2 && printf OLD >"$(printf 'n%.0s' {1..255})" && chmod 0400 a/f3
    find . -depth -exec touch -h -d @1400000000 {} +
  ) || fail "the old tree cannot be made here"
}

# overcommitted NAME ROOM_MIB: ext4 at $work/NAME on an image that promises 64 MiB and has ROOM: write and close are
# content, only syncfs tells. The metadata lies in room that is there.  made_good NAME: it has room now, and forgets
# what it has only in memory.
overcommitted() {
  local at=$work/$1 below=$work/$1.below
  can_mount || { skip_part "an over-committed disk: needs root and a mount namespace"; return 1; }
  mkdir -p "$at" "$below"
  mount -t tmpfs -o size=200m tmpfs "$below"
  truncate -s 64M "$below/image"
  mkfs.ext4 -q -F -b 4096 -N 256 -E nodiscard -O ^has_journal "$below/image"
  head -c 4M "$below/image" >"$below/start" && dd if="$below/start" of="$below/image" conv=notrunc status=none && rm "$below/start"
  mount -o loop,errors=continue "$below/image" "$at" 2>/dev/null || { skip_part "an over-committed disk: no loop device"; return 1; }
  mkdir "$at/dst"
  sync -f "$at"
  mount -o "remount,size=$(($(du -k "$below/image" | cut -f 1) + $2 * 1024))k" "$below"
}
made_good() {
  mount -o remount,size=200m "$work/$1.below"
  umount "$work/$1"
  mount -o loop,errors=continue "$work/$1.below/image" "$work/$1"
}
