#!/bin/bash
# clients.sh -- the torture tree by several clients comes to the tree: shares and `prun preset finalize`, a process for
# each directory, and the scripts of a manifest, each of them run twice.
source "$(dirname "$0")/copylib.sh" "$@"
torture=$tests/torture/torture.sh
build() { "$torture" "$@" -q >"$work/built" || fail "torture.sh $*: $(tail -n 3 "$work/built")"; }

# preset WORD...: one run of a preset; gives $status.
preset() {
  status=0
  timeout -k 5 120 "$PRUN" preset "$@" >"$work/out" 2>"$work/err" || status=$?
}

shares() { # paths beyond PATH_MAX and links over the clients' directories among them
  local share before
  build "$work/src"
  for share in 3/3 1/3 2/3; do
    preset parallelcp --client $share "$work/src" "$work/dst"
    exits 0
  done
  differences "$work/src" "$work/dst" --ignore mtime:dir,mode:dir,owner:dir,xattr:dir,acl:dir,hardlink >"$work/between"
  [[ $(tail -n 1 "$work/between") == 'differences: 0' ]] || bad "before finalize more is missing than finalize is for: $(head -n 5 "$work/between")"
  preset finalize "$work/src" "$work/dst" --report "$work/report"
  exits 0
  same "$work/src" "$work/dst"
  copied 0
  before=$(cd "$work/dst" && find . -printf '%i %T@ %p\0' 2>/dev/null | sort -z | cksum)
  preset finalize "$work/src" "$work/dst"
  exits 0
  [[ $before == "$(cd "$work/dst" && find . -printf '%i %T@ %p\0' 2>/dev/null | sort -z | cksum)" ]] || bad "the second finalize has changed entries"
}
at_once() { # on one directory at a time, as machines do
  local share
  build "$work/src"
  for share in 1/4 2/4 3/4 4/4; do
    "$PRUN" preset parallelcp --client $share "$work/src" "$work/dst" >/dev/null 2>"$work/err.${share%/*}" &
  done
  for share in $(jobs -p); do wait "$share" || bad "a client failed: $(cat "$work"/err.*)"; done
  preset finalize "$work/src" "$work/dst"
  exits 0
  same "$work/src" "$work/dst"
}
killed() { # a client that is killed, and not run again
  local share
  build "$work/src"
  for share in 1/2 2/2; do
    strace -f -o /dev/null -e trace=fchown -e inject=fchown:signal=SIGKILL:when=100 \
      "$PRUN" preset parallelcp --client $share "$work/src" "$work/dst" >/dev/null 2>&1 || true
    settled "$work/src" "$work/dst"
  done
  preset finalize "$work/src" "$work/dst"
  exits 0
  same "$work/src" "$work/dst"
}
directories() { # cp does not reach beyond PATH_MAX; finalize does
  local depth
  build "$work/src"
  for depth in 1 3; do
    preset dirs --depth $depth "$work/src" "$work/dst"
    exits 1
    same "$work/src" "$work/dst"
    rm -rf "$work/dst"
  done
  rm -rf "$work/src"
  build "$work/src" --no-deep
  for depth in 1 2 2; do
    preset dirs --depth $depth "$work/src" "$work/dst"
    exits 0
    same "$work/src" "$work/dst"
  done
}
# scripts CLIENTS COMPARE-OPTION...: all scripts in $work/lists, twice.
scripts() {
  local clients=$1 turn number
  shift
  for turn in 1 2; do
    for number in $(seq "$clients"); do
      bash "$work/lists/client${number}_copy_commands" >"$work/ran" 2>&1 || bad "client $number: $(head -n 3 "$work/ran")"
    done
    bash "$work/lists/rest_copy_commands" >"$work/ran" 2>&1 || bad "rest: $(head -n 3 "$work/ran")"
    same "$work/src" "$work/dst" "$@"
  done
  rm -rf "$work/dst" "$work/lists"
}
manifests() {
  local split
  build "$work/src" --no-deep
  for split in rr size files; do
    preset manifest --depth 2 --clients 3 --split $split --out "$work/lists" "$work/src" "$work/dst"
    exits 0
    grep -q '^spread: ' "$work/out" || bad "no spread is told"
    scripts 3 --ignore xattr # cp -p -R keeps none, as in the article
  done
  preset manifest --depth 1 --clients 2 --template 'cp -a -T --remove-destination --' --out "$work/lists" "$work/src" "$work/dst"
  exits 0
  scripts 2
}
counts() {
  build "$work/src"
  preset count "$work/src"
  exits 0
  grep -qx "entries $(find "$work/src" -printf x | wc -c)" "$work/out" || bad "entries: $(cat "$work/out")"
  grep -qx "allocated $(du -s -B1 "$work/src" | cut -f 1)" "$work/out" || bad "allocated: $(cat "$work/out")"
  preset prime --prime "$work/src"
  exits 0
}
parts shares at_once killed directories manifests counts
ended
