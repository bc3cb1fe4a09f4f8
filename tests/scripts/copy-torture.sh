#!/bin/bash
# copy-torture.sh -- the copy is exact: `prun preset parallelcp` of the torture tree (86 kinds of trouble, 4,500 entries)
# leaves no difference that tests/torture/compare.sh can see, and a second run copies nothing: on ext4, xfs, btrfs, tmpfs,
# through a FUSE pass-through, and from one file system to another. As an ordinary user it keeps what `cp -a` keeps.
# COPY_ALL=1 (tests/run --all): more pairs of file systems, wide and big trees too.
source "$(dirname "$0")/copylib.sh" "$@"
torture=$tests/torture/torture.sh
# COPY_TREE: more options for torture.sh, to try these tests on a copier that cannot do it all (tests/testbed/stand-in).
build() { "$torture" "$@" ${COPY_TREE:-} -q >"$work/built" || fail "torture.sh $*: $(tail -n 3 "$work/built")"; }

# whole SRC DST [COMPARE-OPTION...]: copies, is exact; again, and nothing was copied: by the report and by the inodes.
inodes() { (cd "$1" && find . -printf '%i %T@ %p\0' 2>/dev/null | sort -z) || true; }
whole() {
  local source=$1 there=$2
  shift 2
  copy "$source" "$there"
  exits 0
  same "$source" "$there" "$@"
  inodes "$there" >"$work/before"
  copy "$source" "$there"
  exits 0
  copied 0
  same "$source" "$there" "$@"
  inodes "$there" | cmp -s - "$work/before" || bad "the second run has changed entries of $there"
  ((EUID == 0)) || chmod -R u+rwx "$there"
  rm -rf "$there"
}

here() { # where the tests' work is: whatever file system that is, and without mounts
  # Much of the torture tree may be read by root alone; user_own is the test of it by others.
  if ((EUID)); then small_tree "$work/here"; else build "$work/here"; fi
  whole "$work/here" "$work/here-copy"
}
on() { # on KIND
  disk "$1" "$1" 600 || return 0
  build "$work/$1/src"
  whole "$work/$1/src" "$work/$1/dst"
  ((EUID)) || [[ $1 != ext4 ]] || cp_agrees "$work/$1/src" "$work/$1/dst"
  umount "$work/$1"
}
on_ext4() { on ext4; }
on_xfs() { on xfs; }
on_btrfs() { on btrfs; }
on_tmpfs() { on tmpfs; }
# The oracle is tried too: where cp -a leaves no difference, so that ours would mean something.
cp_agrees() { # without the paths that cp cannot copy
  build "$work/plain" --no-deep --wide 20
  cp -a "$work/plain" "$2" && same "$work/plain" "$2"
  rm -rf "$2" "$work/plain"
}
# By full paths in its daemon, so without those beyond PATH_MAX. Compared below the mount, where things truly are.
onto_fuse() {
  mkdir "$work/below"
  fuse "$work/below" fuse || return 0
  build "$work/plain" --no-deep --wide 200
  copy "$work/plain" "$work/fuse/dst"
  exits 0
  same "$work/plain" "$work/below/dst"
  copy "$work/plain" "$work/fuse/dst"
  exits 0
  copied 0
  same "$work/plain" "$work/below/dst"
  umount "$work/fuse"
}
# The allocation is each file system's own; a hole that is filled is more than this. To xfs not every tree can go (links
# of at most 1,024 bytes, small device numbers), nor to btrfs from where longer links can be.
between() { # between KIND KIND
  disk "$1" from 600 && disk "$2" to 600 || return 0
  build "$work/from/src"
  whole "$work/from/src" "$work/to/dst" --sparse-slack 1048576
  umount "$work/from" "$work/to"
}
tmpfs_to_ext4() { between tmpfs ext4; }
xfs_to_btrfs() { between xfs btrfs; }
ext4_to_tmpfs() { between ext4 tmpfs; }
xfs_to_ext4() { between xfs ext4; }
btrfs_to_ext4() { between btrfs ext4; }
btrfs_to_tmpfs() { between btrfs tmpfs; }
big() { # data beyond 2 and 4 GiB, and a directory of 200,000
  disk xfs big 3000 || return 0
  build "$work/big/src" --big --wide 200000
  whole "$work/big/src" "$work/big/dst"
  umount "$work/big"
}

# As an ordinary user: the same differences as `cp -a` by the same user, in kind and number, and the same exit status.
# Without the paths that cp cannot copy.
user=(setpriv --reuid 1000 --regid 1000 --clear-groups)
as_user() { # as_user SRC
  local mine=$work/mine
  ((EUID == 0)) || user=()
  cp "$PRUN" "$work/prun"
  rm -rf "$mine"
  mkdir -m 777 "$mine"
  "${user[@]}" cp -a "$1" "$mine/cp" 2>"$work/cp.err" && wanted=0 || wanted=1
  run=("${user[@]}")
  touch "$mine/report"
  chmod 666 "$mine/report"
  status=0
  timeout 120 "${user[@]}" "$work/prun" preset parallelcp --report "$mine/report" "$1" "$mine/prun" >"$work/out" 2>"$work/err" || status=$?
  exits $wanted
  ((wanted == 0)) || [[ -s $work/err ]] || bad "it failed and told nothing"
  # Each by itself, so that it is told which.
  differences "$1" "$mine/cp" | sed 's/: src=.* dst=/: /' | sort >"$work/cp.differences"
  differences "$1" "$mine/prun" | sed 's/: src=.* dst=/: /' | sort >"$work/prun.differences"
  diff "$work/cp.differences" "$work/prun.differences" >"$work/diff" ||
    bad "not the differences of cp -a ($(wc -l <"$work/cp.differences") lines), < cp, > prun: $(grep -c '^[<>]' "$work/diff") lines: $(grep '^[<>]' "$work/diff" | head -n 12 | cut -c 1-160 | sed 's/^/    /')"
}
user_all() { # much that this user may not read
  ((EUID == 0)) || { skip_part "as an ordinary user in root's tree: needs root"; return 0; }
  build "$work/roots" --no-deep --wide 20
  chmod 755 "$work/roots" # else it is refused as a whole
  as_user "$work/roots"
}
user_readable() { # all of it may be read, much of it may not be kept: cp -a is content
  local s=$work/readable
  mkdir -p "$s/d/e"
  echo a >"$s/a" && echo b >"$s/d/b" && ln "$s/a" "$s/d/e/a2" && ln -s a "$s/l" && mkfifo "$s/p"
  truncate -s 4M "$s/hole"
  cp /bin/true "$s/setuid"
  chmod 4755 "$s/setuid" && chmod 2755 "$s/d" && chmod 1777 "$s/d/e" && chmod 0444 "$s/d/b"
  setfattr -n user.x -v 1 "$s/a" 2>/dev/null || true
  if ((EUID == 0)); then
    echo c >"$s/cap" && setcap cap_net_raw+ep "$s/cap" 2>/dev/null
    setfattr -n trusted.x -v 1 "$s/d" 2>/dev/null
    chown -h 1001:1002 "$s/l" && echo o >"$s/own" && chown 1000:1000 "$s/own" && echo g >"$s/g" && chown 0:1000 "$s/g" && chmod 2755 "$s/g"
    setfacl -m u:1001:rwx "$s/g" 2>/dev/null
  fi || true
  touch -d @1234567890.123456789 "$s/a" "$s/d/e" "$s/d" "$s"
  as_user "$s"
}
user_own() { # a tree of that user's
  ((EUID == 0)) || user=()
  mkdir -m 777 "$work/his"
  "${user[@]}" "$torture" "$work/his/tree" -q --no-deep --wide 20 >"$work/built" 2>&1 || fail "torture.sh as a user: $(tail -n 3 "$work/built")"
  as_user "$work/his/tree"
}

list=(here on_ext4 on_xfs on_btrfs on_tmpfs onto_fuse tmpfs_to_ext4 xfs_to_btrfs user_readable user_own user_all)
[[ -z ${COPY_ALL:-} ]] || list+=(ext4_to_tmpfs xfs_to_ext4 btrfs_to_ext4 btrfs_to_tmpfs big)
parts "${list[@]}"
ended
