#!/bin/bash
# glibc.sh -- the runner's and the preset's copies of a real tree, the sources of glibc (Debian's glibc-source):
# the result has the names, types, link targets and contents of the source. SRC absolute and relative.
source "$(dirname "$0")/lib.sh"
tarball=$(compgen -G '/usr/src/glibc/glibc-*.tar.xz' | head -n 1) || lacking glibc-source

cd "$work"
mkdir plain
tar -xJf "$tarball" -C plain --strip-components=1
echo "$(find plain -mindepth 1 ! -type d | wc -l) files, $(find plain -mindepth 1 -type d | wc -l) directories"

listing() { (cd "$1" && find . -mindepth 1 -printf '%P\t%y\t%l\0' | sort -z); }
# same A B: names, types and link targets, then contents.
same() {
  cmp <(listing "$1") <(listing "$2") || fail "$2: names, types or link targets differ from $1"
  diff -rq --no-dereference "$1" "$2" || fail "$2: contents differ from $1"
  rm -rf "$2"
}

by_hand() { # by_hand SRC DST: both lists from inside SRC
  (cd "$1" && find . -mindepth 1 -type d -print0) | "$PRUN" -0 -j225 "mkdir -p $2/<>" &&
    (cd "$1" && find . -mindepth 1 ! -type d -print0) | "$PRUN" -0 -j225 "cp -P $1/<> $2/<>"
}
stripped() { # stripped SRC DST: the list has SRC in front
  (cd "$1" && find . -mindepth 1 -type d -print0) | "$PRUN" -0 -j225 "mkdir -p $2/<>" &&
    find "$1" -mindepth 1 ! -type d -print0 | "$PRUN" -0 --strip "$1" -j225 "cp -P $1/<> $2/<>"
}
quoted() { # names that the user must quote, and does; the value needs no quotes
  (cd 'my s[1]' && find . -mindepth 1 -type d -print0) | "$PRUN" -0 -j225 "mkdir -p 'my dst'/<>" &&
    (cd 'my s[1]' && find . -mindepth 1 ! -type d -print0) >list &&
    "$PRUN" -0 -j225 "cp -P 'my s[1]'/<> 'my dst'/<>" <list
}

for source in plain "$work/plain"; do
  kind=$([[ $source == /* ]] && echo absolute || echo relative)
  timed "find | prun mkdir, find | prun cp, $kind" by_hand "$source" "$work/dst"
  same plain dst
  timed "find | prun --strip, $kind" stripped "$source" "$work/dst"
  same plain dst
  timed "prun preset parallelcp --engine exec, $kind" "$PRUN" preset parallelcp --engine exec "$source" dst
  same plain dst
done
mv plain 'my s[1]'
timed "names with blanks and brackets" quoted
same 'my s[1]' 'my dst'
timed "the preset, names with blanks and brackets" "$PRUN" preset parallelcp --engine exec 'my s[1]' 'my dst'
same 'my s[1]' 'my dst'
