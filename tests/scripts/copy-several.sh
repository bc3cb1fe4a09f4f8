#!/bin/bash
# copy-several.sh -- a copy to several destinations is as exact as one to one: `--spread` over bind mounts, between which
# link and rename are EXDEV as between two mounts of one export, of the torture tree, new, again, and over an old tree;
# `--replicate` into three file systems, one of which is full. Each is compared with the source.
source "$(dirname "$0")/copylib.sh" "$@"
build() { "$tests/torture/torture.sh" "$@" -q >"$work/built" || fail "torture.sh $*: $(tail -n 3 "$work/built")"; }

# mounted DIR N: makes DIR, and binds it at DIR.1 .. DIR.N; their list is in $mounts.
mounted() {
  local at
  can_mount || { skip_part "several mounts: needs root and a mount namespace"; return 1; }
  mkdir -p "$1"
  mounts=
  for ((at = 1; at <= $2; at++)); do
    mkdir -p "$1.$at"
    mount --bind "$1" "$1.$at"
    mounts+=${mounts:+,}$1.$at
  done
}
inodes() { (cd "$1" && find . -printf '%i %T@ %p\0' 2>/dev/null | sort -z) || true; }
# dealt MIN: by the report each mount had at least MIN entries, and together they had all that are no directories.
dealt() {
  /usr/bin/python3 - "$work/report" "$1" <<'PY' || bad "not dealt as it should be"
import json, sys
report = json.load(open(sys.argv[1])); counts = report['counts']; mounts = report['mounts']
print(counts['files'], [mount['entries'] for mount in mounts], [mount['files'] for mount in mounts])
assert all(mount['entries'] >= int(sys.argv[2]) for mount in mounts), mounts
assert sum(mount['files'] for mount in mounts) == counts['files']
PY
}

spread_torture() {
  disk ext4 disk 800 || return 0
  build "$work/disk/src"
  mounted "$work/disk/there" 3 || return 0
  mkdir "$work/disk/there/in"
  local list=${mounts//,//in,}/in balance
  for balance in rr load hash; do
    rm -rf "$work/disk/there/in"
    copy "$work/disk/src" --spread "$list" --balance $balance
    exits 0
    dealt 100 >"$work/dealt"
    [[ $balance != rr ]] || echo "    $(cat "$work/dealt")"
    same "$work/disk/src" "$work/disk/there/in"
    inodes "$work/disk/there/in" >"$work/before"
    copy "$work/disk/src" --spread "$list" --balance $balance
    exits 0
    copied 0
    inodes "$work/disk/there/in" | cmp -s - "$work/before" || bad "$balance: the second run has changed entries"
    # Links of a group are on one mount, so none became a copy.
    /usr/bin/python3 -c 'import json, sys; sys.exit(json.load(open(sys.argv[1]))["not_kept"]["links"])' "$work/report" || bad "$balance: links became copies"
  done
}
spread_over_old() { # every way through the copier, over what is there; with a time to be taken by way of each
  mounted "$work/there" 2 || return 0
  small_tree "$work/src"
  local options
  for options in "" --inplace "--delete --checksum" --verify=checksum "-j1 --balance hash"; do
    rm -rf "$work/there/"*
    old_tree "$work/there/dst"
    echo gone >"$work/there/dst/extra"
    copy "$work/src" --spread "${mounts//,//dst,}/dst" $options
    exits 0
    rm -f "$work/there/dst/extra"
    touch -d @1500000000.123456789 "$work/there/dst"
    same "$work/src" "$work/there/dst"
  done
}
spread_big() { # ranges of one file, and its name, temporary or not
  mounted "$work/there" 2 || return 0
  mkdir "$work/src"
  head -c 150000001 /dev/urandom >"$work/src/big"
  truncate -s 200M "$work/src/holes" && printf x | dd of="$work/src/holes" bs=1 seek=99999999 conv=notrunc status=none
  ln "$work/src/big" "$work/src/other"
  copy "$work/src" --spread "$mounts" --verify=checksum
  exits 0
  same "$work/src" "$work/there"
  echo old >"$work/there/new" && mv "$work/there/new" "$work/there/big"
  copy "$work/src" --spread "$mounts" -j4
  exits 0
  same "$work/src" "$work/there"
}
spread_apart() { # two directories, a directory on which another file system lies, one below another
  disk tmpfs one 100 && disk tmpfs other 100 || return 0
  small_tree "$work/src"
  copy "$work/src" --spread "$work/one,$work/other"
  exits 2
  grep -q "^prun: error: .*other. is not the same directory as .*one.; for separate copies use --replicate" "$work/err" || bad "it is told otherwise: $(shown)"
  [[ -z $(ls -A "$work/one" "$work/other" | grep -v : ) ]] || bad "something was made"
  # Below one of two mounts something else is mounted: what belongs there goes by way of the first.
  mkdir "$work/one/a" && mkdir "$work/two" && mount --bind "$work/one" "$work/two"
  mkdir -p "$work/hidden" && mount --bind "$work/hidden" "$work/two/a"
  copy "$work/src" --spread "$work/one,$work/two"
  exits 0
  same "$work/src" "$work/one" --sparse-slack 1048576
  [[ -z $(ls -A "$work/hidden") ]] || bad "entries went to what is mounted below one mount alone"
}

# full NAME: nothing fits there any more.
replicate_full() {
  disk tmpfs one 100 && disk tmpfs full 5 && disk tmpfs other 100 || return 0
  small_tree "$work/src"
  copy "$work/src" --replicate "$work/one/in" --replicate "$work/full/in,$work/other/in" --exit rsync
  exits 11
  same "$work/src" "$work/one/in" --sparse-slack 1048576
  same "$work/src" "$work/other/in" --sparse-slack 1048576
  settled "$work/src" "$work/full/in"
  told full/in ENOSPC
  ! grep -qE '^prun: .*(one|other)/in.*ENOSPC' "$work/err" || bad "others are told as full"
  /usr/bin/python3 - "$work/report" <<'PY' || bad "the report does not tell the full one: $(cat "$work/report" | head -c 600)"
import json, sys
one, full, other = json.load(open(sys.argv[1]))['replicas']
assert one['failed'] == other['failed'] == 0 and one['not_tried'] == other['not_tried'] == 0, (one, other)
assert full['failed'] + full['not_tried'] > 0 and one['files'] > full['files'], full
PY
  mount -o remount,size=100m "$work/full"
  copy "$work/src" --replicate "$work/one/in,$work/full/in,$work/other/in" --verify=checksum
  exits 0
  same "$work/src" "$work/full/in" --sparse-slack 1048576
  "$PRUN" preset verify -c "$work/src" "$work/full/in" >"$work/verified" 2>&1 || bad "prun verify: $(tail -n 3 "$work/verified")"
}
replicate_torture() {
  disk tmpfs one 400 && disk ext4 other 600 && disk ext4 from 400 || return 0
  build "$work/from/src"
  copy "$work/from/src" --replicate "$work/one/in,$work/other/in"
  exits 0
  same "$work/from/src" "$work/one/in" --sparse-slack 1048576
  same "$work/from/src" "$work/other/in" --sparse-slack 1048576
  copy "$work/from/src" --replicate "$work/one/in,$work/other/in"
  exits 0
  copied 0
}
replicate_once() { # data is read once: no file of the source is opened twice
  small_tree "$work/src"
  head -c 80000000 /dev/urandom >"$work/src/cut"
  # A file for each thread, so that no line is cut by another one.
  strace -ff -y -o "$work/trace" -e trace=pread64,copy_file_range "$PRUN" preset parallelcp "$work/src" --replicate "$work/one,$work/two" 2>"$work/err" || bad "it failed: $(shown)"
  local read size
  read=$(awk -v src="$work/src/" 'index($0, "pread64(") && index($0, src) { sum += $NF } END { print sum + 0 }' "$work/trace".*)
  size=$(du -sb --apparent-size "$work/src" | cut -f 1)
  ((read > 80000000 && read <= size)) || bad "$read bytes were read of $size"
  same "$work/src" "$work/one" --sparse-slack 1048576
  same "$work/src" "$work/two" --sparse-slack 1048576
}
replicate_over_old() { # one is there in part, one is new, one is whole; links over what is there; a signal; a journal
  small_tree "$work/src"
  old_tree "$work/old"
  copy "$work/src" --replicate "$work/old,$work/new"
  exits 0
  same "$work/src" "$work/new"
  same "$work/src" "$work/old"
  copy "$work/src" --replicate "$work/new,$work/third" --journal "$work/journal" --resume
  exits 0
  same "$work/src" "$work/third"
  copy "$work/src" --replicate "$work/new,$work/third" --journal "$work/journal" --resume
  exits 0
  copied 0
  [[ -s $work/journal.1 && -s $work/journal.2 ]] || bad "no journals"
  # A directory in the place of a file in one of them, and a file in that of a directory.
  rm -rf "$work/new/a/f1" "$work/new/b" && mkdir "$work/new/a/f1" && echo file >"$work/new/b"
  copy "$work/src" --replicate "$work/new,$work/third"
  exits 1
  told new/a/f1 EISDIR
  told new/b ENOTDIR
  same "$work/src" "$work/third"
}

few_descriptors() { # fewer than the tree is deep
  disk ext4 disk 800 || return 0
  build "$work/disk/src" --wide 200
  mounted "$work/disk/there" 3 || return 0
  run=(prlimit --nofile=64)
  copy "$work/disk/src" --spread "$mounts"
  exits 0
  same "$work/disk/src" "$work/disk/there"
  copy "$work/disk/src" --replicate "$work/disk/one,$work/disk/two,$work/disk/three"
  exits 0
  same "$work/disk/src" "$work/disk/one"
  same "$work/disk/src" "$work/disk/three"
}

parts spread_torture spread_over_old spread_big spread_apart replicate_full replicate_torture replicate_once replicate_over_old few_descriptors
ended
