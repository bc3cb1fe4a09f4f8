#!/bin/bash
# copy-kills.sh -- whenever the copy dies, or a system call fails, nothing is complete by accident, and a rerun mends all:
# SIGKILL at the n-th of each kind of system call, onto nothing and onto older files; the same with an error in its place;
# an error at close that loses the data, followed by SIGKILL; an error that only syncfs tells. After each: no file has its
# source's size and mtime but other contents, no older file is half replaced; the rerun ends with 0 and no difference,
# temporary files included. The same with --inplace (but that older files may be half replaced), and with a journal that the
# rerun resumes. COPY_ALL=1 (tests/run --all): every n from 1 to 40; else a sample.
source "$(dirname "$0")/copylib.sh" "$@"
# What writes, and what only looks: an error in any of them must be told or made good.
makes=(write pwrite64 copy_file_range ioctl openat mkdirat fchown fchownat fchmod fchmodat utimensat close renameat renameat2
  linkat symlinkat mknodat fsetxattr setxattr lsetxattr ftruncate unlinkat syncfs fsync fallocate)
looks=(read pread64 getdents64 statx newfstatat fstat readlinkat getxattr fgetxattr lgetxattr flistxattr listxattr llistxattr lseek)
src=$work/src old=$work/old done_=0

prepare() { # prepare KIND: where, and the two trees
  where=$work/$1
  disk "$1" "$1" 600 || { where=$work/here; mkdir -p "$where"; }
  [[ -d $src ]] || small_tree "$src"
  [[ -d $old ]] || old_tree "$old"
  dst=$where/dst
}
# reset fresh|old: DST as it is before the run.  Trees are made on the destination's file system once, so that `cp` is quick.
reset() {
  chmod -R u+rwx "$dst" 2>/dev/null || true
  rm -rf "$dst"
  [[ $1 == fresh ]] || cp -a "$old" "$dst"
}
# What is asked of each run, and of the rerun.
options=() options_again=()
# one INJECTION STATE: a run in which that happens; 1 when it was not reached. Several job counts: `when` counts per thread.
one() {
  local call=${1%%:*} before=() quick=() jobs=($((done_++ % 3 == 0 ? 1 : done_ % 3 + 1)))
  part="$1, $2 DST, -j$jobs ${options[*]}"
  reset "$2"
  rm -f "$work/journal"
  [[ $2 == fresh || ${options[*]} == *--inplace* ]] || before=("$old")
  # strace's quick way knows of no signals.
  [[ $1 == *signal* ]] || quick=(--seccomp-bpf)
  run=(strace -f "${quick[@]}" -qq -o "$work/strace" -e "trace=?$call" -e "inject=?$1")
  killing=1 copy "-j$jobs" "${options[@]}" "$src" "$dst"
  run=()
  if [[ $1 == *SIGKILL* ]]; then
    ((status == 137)) || { exits 0 137; return 1; }
  elif grep -q INJECTED "$work/strace"; then
    # Told, or made good.
    ((status == 0)) && same "$src" "$dst"
    [[ $status == 0 || -s $work/err ]] || bad "status $status, and nothing on stderr"
    ((status < 128)) || bad "it died: status $status: $(shown)"
  else
    return 1
  fi
  [[ ! -e $dst ]] || settled "$src" "$dst" "${before[@]}"
  [[ ${options[*]} != *--journal* || -e $work/journal ]] || { again "${options[@]}" "$src" "$dst"; return; }
  again "${options_again[@]}" "$src" "$dst"
}
# sweep WHAT STATES NUMBERS CALL...: stops a call's numbers after two that are not reached.
sweep() {
  local what=$1 states=$2 numbers=$3 call n state missed count=0 turn=0 started=$SECONDS
  shift 3
  for call; do
    missed=0
    for n in $numbers; do
      ((++turn))
      for state in $states; do
        # `each`: now the one, now the other
        [[ $state != each ]] || state=$( ((turn % 2)) && echo fresh || echo old)
        if one "$call:$what:when=$n" "$state"; then ((++count)); else ((++missed)); fi
      done
      ((missed < 2)) || break
    done
  done
  part=
  printf '%-40s %4d s  %d of them\n' "$what" $((SECONDS - started)) $count
  ((count)) || bad "$what: not one of them happened"
}

# The close (or a flush before it) fails, and the data is gone; then the end comes at the next calls.
lost_at_close() {
  local n call below=$work/lost.below
  mkdir -p "$work/few" "$below"
  local i
  for i in 1 2 3 4 5 6; do head -c 20000 /dev/urandom >"$work/few/f$i"; done
  mkdir "$work/few/d" && echo x >"$work/few/d/x"
  find "$work/few" -exec touch -d @1500000000.5 {} +
  fuse "$below" lost || return 0
  for call in none utimensat unlinkat close write fchmod openat renameat2; do
    for n in ${lost_n:-1 4}; do
      [[ $call != none || $n == 1 ]] || continue
      part="flush loses the data, then SIGKILL at $call $n"
      rm -rf "$work/lost/dst" # through the mount: it knows then
      rules lost "err.flush=ENOSPC@2~f,lost=1"
      run=(strace -f -qq -o /dev/null -e "trace=?$call" -e "inject=?$call:signal=SIGKILL:when=$n")
      [[ $call != none ]] || run=()
      killing=1 copy -j2 "$work/few" "$work/lost/dst"
      run=()
      [[ $call != none ]] || { exits 1 && told f ENOSPC; }
      rules lost ""
      [[ ! -e $below/dst ]] || settled "$work/few" "$below/dst"
      copy "$work/few" "$work/lost/dst"
      exits 0
      same "$work/few" "$below/dst"
    done
  done
  umount "$work/lost"
}
# unsettled SRC DST: not one file with contents may look complete: they were never known to be on the disk.
unsettled() {
  local path
  (cd "$1" && find . -type f -size +0 -printf '%p\t%s %T@\0') >"$work/list"
  while IFS=$'\t' read -r -d '' path facts; do
    [[ $(stat -c '%s' "$2/$path" 2>/dev/null) != "${facts% *}" || $(find "$2/$path" -prune -printf '%T@') != "${facts#* }" ]] ||
      { bad "$path looks complete, and the sync had failed"; break; }
  done <"$work/list"
}
sync_error() { # any file system; the data is there in truth
  mkdir -p "$work/sync"
  cp -a "$work/few" "$work/sync/src" 2>/dev/null || small_tree "$work/sync/src"
  run=(strace -f --seccomp-bpf -qq -o "$work/strace" -e trace=syncfs -e inject=syncfs:error=EIO)
  copy "$work/sync/src" "$work/sync/dst"
  run=()
  grep -q INJECTED "$work/strace" || bad "it calls no syncfs"
  exits 1
  told dst EIO
  unsettled "$work/sync/src" "$work/sync/dst"
  again "$work/sync/src" "$work/sync/dst"
}
sync_error_real() {
  local i
  overcommitted over 6 || return 0
  mkdir "$work/over.src"
  for i in $(seq 30); do head -c 1000000 /dev/urandom >"$work/over.src/f$i"; done
  copy "$work/over.src" "$work/over/dst"
  exits 1
  told 'over/dst' EIO ENOSPC
  made_good over
  settled "$work/over.src" "$work/over/dst"
  again "$work/over.src" "$work/over/dst"
  made_good over
  same "$work/over.src" "$work/over/dst"
  umount "$work/over" "$work/over.below"
}

parts lost_at_close sync_error sync_error_real
kills=signal=SIGKILL
if [[ -z ${ONLY:-} || $ONLY == sweeps ]]; then
  prepare ext4
  if [[ -z ${COPY_ALL:-} ]]; then
    sweep $kills each "${NUMBERS:-1 2 3 5 8 13 21 34}" "${makes[@]}"
    sweep error=EIO each "${NUMBERS:-1 3 14}" "${makes[@]}" "${looks[@]}"
    options=(--inplace) options_again=(--inplace)
    sweep $kills old "${NUMBERS:-2 7}" pwrite64 write ftruncate copy_file_range utimensat close
    options=(--journal "$work/journal") options_again=(--journal "$work/journal" --resume)
    sweep $kills each "${NUMBERS:-2 7 19}" openat write pwrite64 close utimensat renameat linkat syncfs fsync fdatasync
    sweep error=EIO each "${NUMBERS:-1 2}" write syncfs fsync fdatasync close
    options=() options_again=()
    prepare btrfs # reflinks
    sweep $kills each "${NUMBERS:-3 7}" ioctl renameat2 utimensat
  else
    for kind in ext4 xfs btrfs tmpfs; do
      prepare $kind
      sweep $kills 'fresh old' "$(seq -s ' ' 40)" "${makes[@]}"
      [[ $kind == ext4 ]] || continue
      sweep error=EIO 'fresh old' "$(seq -s ' ' 40)" "${makes[@]}" "${looks[@]}"
      sweep error=ENOSPC 'fresh old' "$(seq -s ' ' 20)" "${makes[@]}"
      options=(--inplace) options_again=(--inplace)
      sweep $kills old "$(seq -s ' ' 40)" "${makes[@]}"
      options=(--journal "$work/journal") options_again=(--journal "$work/journal" --resume)
      sweep $kills 'fresh old' "$(seq -s ' ' 40)" "${makes[@]}" fdatasync
      sweep error=EIO 'fresh old' "$(seq -s ' ' 20)" "${makes[@]}" fdatasync
      options=() options_again=()
    done
  fi
fi
ended
