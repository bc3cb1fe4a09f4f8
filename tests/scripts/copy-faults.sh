#!/bin/bash
# copy-faults.sh -- faults are seen and told: full disks and quotas, I/O errors when reading, writing, closing and listing,
# what may not be read or written, sources that change while they are copied, what lies in the way in the destination,
# trees that must be refused, too few descriptors, two runs at once. Each asks: an exit status that is not 0; the path and
# the errno on stderr and in the report; everything else copied; and, the fault gone, a rerun that ends with 0 and no
# difference. What only the sync tells, and kills, are in copy-kills.sh. ONLY=NAME runs one of them.
source "$(dirname "$0")/copylib.sh" "$@"

# plain DIR: 40 small files in three directories, and one of 3 MB.
plain() {
  local i
  mkdir -p "$1/a" "$1/b/c"
  for i in $(seq 20); do echo "$i" >"$1/a/$i" && echo "$i" >"$1/b/c/$i"; done
  head -c 3000000 /dev/urandom >"$1/large"
  find "$1" -exec touch -d @1500000000.25 {} +
}
random() { head -c "$1" /dev/urandom >"$2"; }
# again_below SRC NAME: the rerun after a fault of the mount NAME; compared below it, where things truly are.
again_below() {
  copy "$1" "$work/$2/dst"
  exits 0
  same "$1" "$work/$2.below/dst"
}
# fuse_bed NAME [RULES]: a mount at $work/NAME of $work/NAME.below. What is there is taken away through it: it knows then.
fuse_bed() { mkdir -p "$work/$1.below" && fuse "$work/$1.below" "$@"; }

# ---------------------------------------------------------------- full
full_data() {
  local i src=$work/src
  disk tmpfs full 6 || return 0
  plain "$src"
  for i in $(seq 8); do random 1000000 "$src/big$i"; done
  copy "$src" "$work/full/dst"
  exits 1
  told '' ENOSPC
  settled "$src" "$work/full/dst"
  only "$src" "$work/full/dst" '^missing ' # what was cut short is taken away
  mount -o remount,size=100m "$work/full"
  again "$src" "$work/full/dst"
}
full_inodes() {
  disk tmpfs inodes 50 nr_inodes=25 || return 0
  plain "$work/src"
  copy "$work/src" "$work/inodes/dst"
  exits 1
  told '' ENOSPC
  settled "$work/src" "$work/inodes/dst"
  mount -o remount,nr_inodes=1000 "$work/inodes"
  again "$work/src" "$work/inodes/dst"
}
full_replacing() { # a file that is there stays as it was when the new one does not fit
  local src=$work/src i
  disk tmpfs replaced 12 || return 0
  plain "$src"
  for i in 1 2 3; do random 3000000 "$src/big$i"; done
  mkdir -p "$work/old" "$work/replaced/dst"
  for i in 1 2 3; do random 3000000 "$work/old/big$i"; done
  cp -a "$work/old/." "$work/replaced/dst"
  copy "$src" "$work/replaced/dst"
  if ((status)); then told '' ENOSPC; else same "$src" "$work/replaced/dst"; fi
  settled "$src" "$work/replaced/dst" "$work/old"
  mount -o remount,size=100m "$work/replaced"
  again "$src" "$work/replaced/dst"
}
quota() {
  local src=$work/src i
  disk btrfs quota 512 || return 0
  { btrfs quota enable "$work/quota" && btrfs subvolume create "$work/quota/q" && btrfs qgroup limit 6M "$work/quota/q"; } >"$work/btrfs" 2>&1 ||
    { skip_part "btrfs quota: $(tail -n 1 "$work/btrfs")"; return 0; }
  plain "$src"
  for i in $(seq 10); do random 1000000 "$src/big$i"; done
  copy "$src" "$work/quota/q/dst"
  exits 1
  told '' EDQUOT
  settled "$src" "$work/quota/q/dst"
  btrfs qgroup limit none "$work/quota/q" >/dev/null
  again "$src" "$work/quota/q/dst"
}

# ---------------------------------------------------------------- reading
read_error() {
  local rule src=$work/in.below/src
  fuse_bed in || return 0
  plain "$src"
  random 2000000 "$src/victim"
  for rule in err.read=EIO~victim err.read=EIO@4~victim err.open=EACCES~victim err.getattr=EIO~victim; do
    part="read_error $rule"
    rules in "$rule"
    rm -rf "$work/dst"
    copy "$work/in/src" "$work/dst"
    exits 1
    told victim EIO EACCES
    only "$src" "$work/dst" '^missing +victim'
    rules in ""
    copy "$work/in/src" "$work/dst"
    exits 0
    same "$src" "$work/dst"
  done
  umount "$work/in"
}
read_error_real() { # the end of the disk is gone
  local i image=$work/images/cut
  disk ext4 cut 64 || return 0
  mkdir "$work/cut/src"
  for i in $(seq 30); do random 1000000 "$work/cut/src/f$i"; done
  cp -a "$work/cut/src" "$work/pristine"
  umount "$work/cut"
  cp "$image" "$image.whole"
  mount -o loop,ro "$image" "$work/cut"
  truncate -s 20M "$image"
  copy "$work/cut/src" "$work/dst"
  exits 1
  told f EIO
  only "$work/pristine" "$work/dst" '^missing '
  [[ -e $work/dst/f1 || -e $work/dst/f2 || -e $work/dst/f3 ]] || bad "not one of the files that can be read was copied"
  umount "$work/cut"
  cat "$image.whole" >"$image"
  mount -o loop,ro "$image" "$work/cut"
  copy "$work/cut/src" "$work/dst"
  exits 0
  same "$work/pristine" "$work/dst"
  umount "$work/cut"
}
may_not_read() {
  local src=$work/src user=(setpriv --reuid 1000 --regid 1000 --clear-groups)
  ((EUID == 0)) || user=()
  plain "$src"
  mkdir "$src/sealed" && echo x >"$src/sealed/x" && echo s >"$src/secret"
  chmod 0 "$src/sealed" "$src/secret"
  mkdir -m 777 "$work/his"
  ((EUID)) || chown -R 1000:1000 "$src" "$work/his"
  cp "$PRUN" "$work/prun"
  PRUN=$work/prun run=("${user[@]}")
  chmod 777 "$work"
  copy "$src" "$work/his/dst"
  exits 1
  told sealed EACCES
  told secret EACCES
  only "$src" "$work/his/dst" '^missing +(sealed/x|sealed|secret):'
  chmod 755 "$src/sealed" && chmod 644 "$src/secret"
  again "$src" "$work/his/dst"
}
listing_error() { # part-way through a directory; by a real system call
  local src=$work/src
  plain "$src"
  mkdir "$src/wide"
  (cd "$src/wide" && seq -f "%060.0f" 3000 | xargs touch)
  run=(strace -f --seccomp-bpf -qq -o "$work/strace" -e trace=getdents64 -P "$src/wide" -e inject=getdents64:error=EIO:when=2)
  copy -j2 "$src" "$work/dst"
  run=()
  grep -q INJECTED "$work/strace" || bad "it never came to the second part of the listing"
  exits 1
  told wide EIO
  only "$src" "$work/dst" '^missing +wide/'
  again "$src" "$work/dst"
}
listing_error_delete() { # nothing is deleted where the listing is not whole
  local src=$work/in.below/src dst=$work/dst
  fuse_bed in || return 0
  plain "$src"
  mkdir "$src/wide" && touch "$src/wide/f"
  cp -a "$src" "$dst"
  touch "$dst/a/extra" "$dst/wide/extra"
  rules in err.readdir=EIO~wide
  copy --delete "$work/in/src" "$dst"
  if grep -q -- "--delete" "$work/err" && ((status == 2)); then
    bad "--delete is not there"
    return 0
  fi
  exits 1
  told wide EIO
  [[ -e $dst/wide/extra ]] || bad "deleted in a directory that could not be listed"
  rules in ""
  copy --delete "$work/in/src" "$dst"
  exits 0
  same "$src" "$dst"
  umount "$work/in"
}

# ---------------------------------------------------------------- writing and closing
close_error() {
  local rule
  plain "$work/src"
  echo v >"$work/src/a/victim"
  fuse_bed onto || return 0
  for rule in err.flush=ENOSPC~victim err.flush=EIO~victim,lost=1 err.flush=EDQUOT~large err.flush=ENOSPC; do
    part="close_error $rule"
    rm -rf "$work/onto/dst"
    rules onto "$rule"
    copy "$work/src" "$work/onto/dst"
    exits 1
    told "$([[ $rule == *~* ]] && { rule=${rule#*~} && echo "${rule%,*}"; })" "$(sed 's/^err.flush=//;s/[~,].*//' <<<"$rule")"
    settled "$work/src" "$work/onto.below/dst"
    # A destination that is full takes no more data: then others may be missing.
    [[ $rule == *=EIO* ]] && only "$work/src" "$work/onto.below/dst" 'victim:' || only "$work/src" "$work/onto.below/dst" '^missing |(victim|large):'
    rules onto ""
    again_below "$work/src" onto
  done
  umount "$work/onto"
}
each_operation() { # every operation of the destination fails once, for the entries that are named victim
  local op src=$work/src rule what=victim
  plain "$src"
  mkdir "$src/victim-dir" && echo x >"$src/victim-dir/x"
  echo v >"$src/victim" && ln "$src/victim" "$src/victim-hard" && ln -s there "$src/victim-link" && mkfifo "$src/victim-fifo"
  setfattr -n user.x -v 1 "$src/victim" && chmod 0640 "$src/victim"
  ((EUID)) || chown -h 1:1 "$src"/victim*
  random 1000000 "$src/victim-large" && truncate -s 3M "$src/victim-large"
  fuse_bed each || return 0
  for op in create write mkdir chmod chown utimens symlink link mknod setxattr truncate rename flush release fsync unlink open; do
    part="each_operation $op"
    rm -rf "$work/each/dst"
    if [[ $op == rename || $op == unlink ]]; then # something to replace
      mkdir "$work/each/dst" && echo old >"$work/each/dst/victim" && ln -s old "$work/each/dst/victim-link"
    fi
    rules each "err.$op=EIO~victim"
    copy "$src" "$work/each/dst"
    if ((status)); then
      exits 1
      told victim EIO
      only "$src" "$work/each.below/dst" 'victim'
      settled "$src" "$work/each.below/dst"
    else
      same "$src" "$work/each.below/dst"
      [[ $op != @(mkdir|symlink|create|write|mknod|utimens|chown|flush) ]] || bad "exit status 0 though $op has failed"
    fi
    rules each ""
    again_below "$src" each
  done
  umount "$work/each"
}
read_only() {
  disk tmpfs ro 50 || return 0
  plain "$work/src"
  mount -o remount,ro "$work/ro"
  copy "$work/src" "$work/ro/dst"
  exits 1 2
  grep -q 'EROFS\|[Rr]ead-only' "$work/err" || bad "stderr does not tell of a read-only file system: $(shown)"
  [[ $status != 1 ]] || told '' EROFS
  mount -o remount,rw "$work/ro"
  again "$work/src" "$work/ro/dst"
}
read_only_for_a_while() { # from the fourth file on; a mount that really is in use does not become read-only
  plain "$work/src"
  fuse_bed while || return 0
  rules while err.create=EROFS@4,err.mkdir=EROFS@3,err.utimens=EROFS@9,err.write=EROFS@9,err.unlink=EROFS,err.chmod=EROFS@9,err.chown=EROFS@9,err.rename=EROFS
  copy "$work/src" "$work/while/dst"
  exits 1
  told '' EROFS
  settled "$work/src" "$work/while.below/dst"
  rules while ""
  again_below "$work/src" while
  umount "$work/while"
}
immutable() {
  disk ext4 fixed 64 || return 0
  plain "$work/src"
  mkdir -p "$work/fixed/dst/b/c"
  chattr +i "$work/fixed/dst/b/c" 2>/dev/null || { skip_part "chattr +i: not here"; return 0; }
  copy "$work/src" "$work/fixed/dst"
  chattr -i "$work/fixed/dst/b/c"
  exits 1
  told b/c EPERM
  only "$work/src" "$work/fixed/dst" '^(missing|mode|owner|mtime) +b/c'
  again "$work/src" "$work/fixed/dst"
}

# ---------------------------------------------------------------- sources that change
# changed SRC: after a run in which it changed: all is as it now is; or it is told, and the run did not end well.
changed() {
  local src=$1 dst=$2
  exits 0 1 4
  differences "$src" "$dst" --ignore mtime:dir | grep -v '^differences: ' >"$work/differences" || true
  if ((status == 0)); then
    [[ ! -s $work/differences ]] || bad "exit status 0, but: $(head -n 3 "$work/differences" | cut -c 1-200)"
  else
    grep -q '^prun: .*victim' "$work/err" || bad "status $status, and stderr does not name the victim: $(shown)"
    /usr/bin/python3 -c 'import json, sys; sys.exit(not any("victim" in e["path"] for e in json.load(open(sys.argv[1]))["errors"]))' "$work/report" 2>/dev/null ||
      bad "status $status, and the report does not name the victim"
    grep -v 'victim' "$work/differences" >"$work/others" || true
    [[ ! -s $work/others ]] || bad "others than the victim differ: $(head -n 3 "$work/others" | cut -c 1-200)"
  fi
  # A rerun ends at the tree as it is now; what is no longer in the source may stay.
  copy "$src" "$dst"
  exits 0
  differences "$src" "$dst" --ignore mtime:dir | grep -vE '^differences: |^extra +victim' >"$work/differences" || true
  [[ ! -s $work/differences ]] || bad "after the rerun: $(head -n 3 "$work/differences" | cut -c 1-200)"
}
reads=read,pread64,readv,preadv,preadv2,copy_file_range,sendfile,splice
while_copied() {
  local change size
  for size in 3000000 3000; do
    for change in shrinks grows vanishes is_rewritten is_replaced becomes_fifo becomes_symlink; do
      part="while_copied: $change, of $size bytes"
      rm -rf "$work/src" "$work/dst"
      plain "$work/src"
      v=$work/src/victim
      random $size "$v"
      during "$reads:signal=SIGSTOP:when=1" "$v" $change -j2 "$work/src" "$work/dst" || { bad "no read of the victim was seen"; continue; }
      changed "$work/src" "$work/dst"
    done
  done
}
shrinks() { truncate -s 1000 "$v"; }
grows() { head -c 100000 /dev/urandom >>"$v"; }
vanishes() { rm "$v"; }
is_rewritten() { head -c 2000 /dev/zero | dd of="$v" conv=notrunc status=none; }
is_replaced() { random 4000 "$v.new" && mv "$v.new" "$v"; }
becomes_fifo() { rm "$v" && mkfifo "$v"; }
becomes_symlink() { rm "$v" && ln -s "$work/outside" "$v"; }

since_listed() { # everything at once, between the listing of a directory and the opening of what is in it
  echo secret >"$work/outside" && mkdir -p "$work/elsewhere" && echo secret >"$work/elsewhere/f"
  plain "$work/src"
  mkdir "$work/src/victim-dir" "$work/src/victim-dir2" && echo x | tee "$work/src/victim-dir/f" "$work/src/victim-dir2/f" >/dev/null
  local i
  for i in 1 2 3 4 5; do random 5000 "$work/src/victim$i"; done
  shuffled() {
    (
      cd "$work/src" && rm victim1 victim2 victim3 victim4 && mkfifo victim2 && ln -s "$work/outside" victim3 && mkdir victim4 && echo y >victim4/y
      truncate -s 10 victim5
      rm -r victim-dir victim-dir2 && ln -s "$work/elsewhere" victim-dir
    )
  }
  during "getdents64:signal=SIGSTOP:when=1" "$work/src" shuffled -j2 "$work/src" "$work/dst" || { bad "no listing was seen"; return 0; }
  [[ ! -f $work/dst/victim-dir/f || -L $work/dst/victim-dir ]] || [[ $(cat "$work/dst/victim-dir/f") != secret ]] || bad "a symlink in the place of a directory was followed"
  [[ -L $work/dst/victim3 || ! -e $work/dst/victim3 ]] || bad "a symlink in the place of a file was followed"
  changed "$work/src" "$work/dst"
}
never_still() { # each read finds it longer
  local src=$work/in.below/src
  fuse_bed in grow=victim --no-cache || return 0
  plain "$src"
  random 300000 "$src/victim"
  copy "$work/in/src" "$work/dst"
  exits 4
  grep -q '^prun: .*victim' "$work/err" || bad "stderr does not name the victim: $(shown)"
  only "$src" "$work/dst" '(missing|size|content|mtime) +victim'
  rules in ""
  copy "$work/in/src" "$work/dst"
  exits 0
  same "$src" "$work/dst"
  umount "$work/in"
}

# ---------------------------------------------------------------- what is in the way
in_the_way() { # links and special files are replaced, and what they lead to is left alone
  local src=$work/src dst=$work/dst
  plain "$src"
  mkdir "$dst"
  echo precious >"$work/victim" && echo precious >"$work/hard"
  ln -s "$work/victim" "$dst/large" && mkdir "$dst/a" && ln -s "$work/born" "$dst/a/1" && mkfifo "$dst/a/2" && ln "$work/hard" "$dst/a/3"
  ln -s nowhere "$src/link" && echo f >"$dst/link" && ln -s new "$src/link2" && ln -s old "$dst/link2"
  mkfifo "$src/fifo" && echo f >"$dst/fifo"
  ((EUID)) || mknod "$dst/a/4" c 1 5
  copy "$src" "$dst"
  exits 0
  same "$src" "$dst"
  [[ $(cat "$work/victim" "$work/hard") == $'precious\nprecious' && ! -e $work/born ]] || bad "it wrote through a link"
}
directory_in_the_way() {
  plain "$work/src"
  mkdir -p "$work/dst/large" "$work/dst/a/7"
  echo keep >"$work/dst/large/keep"
  copy "$work/src" "$work/dst"
  exits 1
  told large EISDIR ENOTEMPTY EEXIST ENOTDIR
  told a/7 EISDIR ENOTEMPTY EEXIST ENOTDIR
  [[ -e $work/dst/large/keep ]] || bad "what was in the directory is gone"
  only "$work/src" "$work/dst" '^(type|extra) +(large|a/7)'
  rm -r "$work/dst/large" "$work/dst/a/7"
  again "$work/src" "$work/dst"
}
file_in_the_way() {
  plain "$work/src"
  mkdir -p "$work/dst/b" && echo keep >"$work/dst/b/c"
  copy "$work/src" "$work/dst"
  exits 1
  told b/c ENOTDIR EEXIST
  [[ $(cat "$work/dst/b/c") == keep ]] || bad "the file in the place of a directory is gone"
  only "$work/src" "$work/dst" ' b/c'
  rm -rf "$work/dst/b/c"
  again "$work/src" "$work/dst"
}
link_in_the_way() { # a symlink in the place of a directory is not entered
  plain "$work/src"
  mkdir -p "$work/dst" "$work/elsewhere/c"
  ln -s "$work/elsewhere" "$work/dst/b"
  copy "$work/src" "$work/dst"
  exits 1 2
  grep -q '^prun: .*dst/b' "$work/err" || bad "stderr does not name it: $(shown)"
  [[ -z $(find "$work/elsewhere" -type f) ]] || bad "it wrote through a symlink"
  rm -rf "$work/dst/b"
  again "$work/src" "$work/dst"
}

# ---------------------------------------------------------------- what is refused
listed() { find "$work" -path "$work/src*" -printf '%p %y %s %T@ %l\n' -o -path "$work/dst*" -printf '%p %y %s %T@\n' | sort; }
# refused WHAT SRC DST: exit 2, told, nothing done.
refused() {
  local before
  part="refused: $1"
  before=$(listed)
  limit=20 copy "$2" "$3"
  exits 2
  grep -q '^prun: ' "$work/err" || bad "it is not told: $(shown)"
  [[ $(listed) == "$before" ]] || bad "something was done: $(diff <(echo "$before") <(listed) | head -n 4)"
}
refusals() {
  plain "$work/src"
  mkdir "$work/src/sub" && echo f >"$work/dst-file" && mkfifo "$work/dst-fifo" && ln -s src "$work/alias" && ln -s nowhere "$work/dangling"
  refused "DST is SRC" "$work/src" "$work/src"
  refused "DST is SRC with a slash" "$work/src" "$work/src/"
  refused "DST is SRC by another way" "$work/src" "$work/src/a/.."
  refused "DST is SRC by a symlink" "$work/src" "$work/alias"
  refused "SRC is DST by a symlink" "$work/alias/" "$work/src"
  refused "DST in SRC" "$work/src" "$work/src/sub"
  refused "DST, not there yet, in SRC" "$work/src" "$work/src/sub/new"
  refused "DST in SRC by a symlink" "$work/src" "$work/alias/sub/new/deeper"
  refused "SRC is missing" "$work/no-such" "$work/dst"
  refused "SRC is a file" "$work/dst-file" "$work/dst"
  refused "SRC is a fifo" "$work/dst-fifo" "$work/dst"
  refused "SRC is a dangling symlink" "$work/dangling" "$work/dst"
  refused "DST is a file" "$work/src" "$work/dst-file"
  refused "DST is a fifo" "$work/src" "$work/dst-fifo"
  refused "DST is below a file" "$work/src" "$work/dst-file/x"
  if can_mount; then
    mkdir "$work/bound"
    mount --bind "$work/src" "$work/bound"
    refused "DST is SRC by a bind mount" "$work/src" "$work/bound"
    refused "DST in SRC by a bind mount" "$work/src" "$work/bound/sub"
    refused "DST, not there yet, in SRC by a bind mount" "$work/src" "$work/bound/sub/new"
    umount "$work/bound"
  else
    skip_part "SRC = DST by a bind mount: needs root and a mount namespace"
  fi
}

# ---------------------------------------------------------------- the rest
descriptors() { # a clear error or all of it, never a silent loss
  local n
  small_tree "$work/src"
  local limit=20
  for n in {8..28} 32 64; do
    part="descriptors: ulimit -n $n"
    rm -rf "$work/dst"
    run=(bash -c 'ulimit -n "$1" && shift && exec "$@"' - $n)
    copy "$work/src" "$work/dst"
    run=()
    if ((status == 0)); then
      same "$work/src" "$work/dst"
    else
      exits 1 2
      grep -qi 'EMFILE\|descriptor\|open files' "$work/err" || bad "status $status, and stderr speaks of no descriptors: $(shown)"
      [[ ! -d $work/dst ]] || settled "$work/src" "$work/dst"
    fi
    again "$work/src" "$work/dst"
    chmod -R u+w "$work/dst"
  done
}
two_at_once() {
  local round first second
  small_tree "$work/src"
  old_tree "$work/old"
  for round in 1 2 3 4; do
    part="two_at_once, round $round"
    chmod -R u+w "$work/dst" 2>/dev/null || true
    rm -rf "$work/dst"
    ((round % 2)) || cp -a "$work/old" "$work/dst"
    "$PRUN" preset parallelcp "$work/src" "$work/dst" >/dev/null 2>"$work/err1" &
    first=$!
    "$PRUN" preset parallelcp "$work/src" "$work/dst" >/dev/null 2>"$work/err" &
    second=$!
    status=0
    wait $first || status=$?
    ((status < 2)) || bad "the first ends with $status"
    ((status == 0)) || [[ -s $work/err1 ]] || bad "the first failed and told nothing"
    status=0
    wait $second || status=$?
    ((status < 2)) || bad "the second ends with $status"
    settled "$work/src" "$work/dst"
    again "$work/src" "$work/dst"
  done
}
mounts_in_the_destination() { # one of them is full; another is no part of what is to go
  local i
  mkdir -p "$work/src/a" "$work/src/b"
  for i in $(seq 20); do echo "$i" >"$work/src/b/$i"; done
  random 1000000 "$work/src/a/large"
  disk tmpfs dst/a 1 size=100k && disk tmpfs dst/gone/far 1 && disk tmpfs dst/far 1 || return 0
  echo kept >"$work/dst/gone/far/file"
  echo kept >"$work/dst/far/file"
  copy -j1 --delete "$work/src" "$work/dst"
  exits 1
  told a/large ENOSPC
  told far EBUSY
  [[ $(ls "$work/dst/b" | wc -l) == 20 ]] || bad 'one file system was full, and another one was not written'
  [[ -e $work/dst/gone/far/file && -e $work/dst/far/file ]] || bad 'what another file system has was removed'
}
names_that_are_one() { # where the case of letters counts nothing: the second of two is told, and takes nothing's place
  mkdir -p "$work/fold.below" "$work/src/dir" "$work/src/DIR" "$work/src/links"
  echo one >"$work/src/file" && echo 'the other' >"$work/src/FILE"
  echo x >"$work/src/dir/1" && echo y >"$work/src/DIR/2"
  ln -s there "$work/src/links/link" && ln -s elsewhere "$work/src/links/LINK"
  fuse "$work/fold.below" fold '' --fold || return 0
  for i in 1 2; do # new, and there
    copy "$work/src" "$work/fold/dst"
    exits 1
    for name in file dir links/link; do
      grep -qiE "^prun: .*/$name: .*\(EEXIST\)" "$work/err" || bad "$name is not told: $(shown)"
    done
    cat "$work/fold/dst/file" >"$work/now"
    cmp -s "$work/now" "$work/src/file" || cmp -s "$work/now" "$work/src/FILE" || bad 'it is neither of the two'
    [[ $i == 1 ]] || cmp -s "$work/was" "$work/now" || bad 'the rerun has put the other one in its place'
    mv "$work/now" "$work/was"
  done
}
mount_of_the_destination() { # what is written is what is read
  mkdir -p "$work/src/sub/mount" "$work/dst/sub"
  echo x >"$work/src/sub/file"
  can_mount && mount --bind "$work/dst/sub" "$work/src/sub/mount" || { skip_part 'a bind mount: cannot be had here'; return 0; }
  copy "$work/src" "$work/dst"
  umount "$work/src/sub/mount"
  exits 1
  told sub/mount ELOOP
}
report_cannot_be_written() {
  plain "$work/src"
  status=0
  "$PRUN" preset parallelcp --report /dev/full "$work/src" "$work/dst" >/dev/null 2>"$work/err" || status=$?
  ((status)) || bad "exit status 0, and the report was lost"
  grep -q '/dev/full\|ENOSPC\|No space' "$work/err" || bad "it is not told: $(shown)"
  status=0
  "$PRUN" preset parallelcp --report "$work/no/such/report" "$work/src" "$work/dst2" >/dev/null 2>"$work/err" || status=$?
  exits 1 2
}

all=(full_data full_inodes full_replacing quota read_error read_error_real may_not_read listing_error listing_error_delete
  close_error each_operation read_only read_only_for_a_while immutable while_copied since_listed never_still
  in_the_way directory_in_the_way file_in_the_way link_in_the_way refusals descriptors two_at_once
  mounts_in_the_destination names_that_are_one mount_of_the_destination report_cannot_be_written)
parts "${all[@]}"
ended
