# benches/copy-tools.sh -- how each copier is called: a function per tool, $1 = SRC, $2 = DST, which does not exist yet.
#
# Each makes DST a copy of the contents of SRC with modes, times and, as root, owners, as far as the tool can (the
# article's script keeps nothing). As many at once as there are CPUs where a tool wants to be told; its own default where
# it has one. No tool is asked to be quick at the price of keeping less than it keeps by default.
#
# Boundary: sourced by benches/copy, which sets $prun, $cpus and $work. Nothing is timed here.

copy_floor() { copy-floor "$cpus" "$1" "$2"; }
copy_prun() { "$prun" preset parallelcp "$1" "$2"; }
copy_cp() { cp -a "$1" "$2"; }
copy_tar() {
  mkdir "$2"
  tar -C "$1" --numeric-owner -cf - . | tar -C "$2" --numeric-owner -xpf -
}
copy_rsync() { rsync -a "$1/" "$2"; }
copy_xcp() { xcp --recursive --no-progress --no-target-directory "$1" "$2"; }
copy_fpsync() {
  mkdir "$2"
  fpsync -n "$cpus" -t "$work/fpsync" "$1" "$2" && rm -rf "$work/fpsync"
}
# Without --metadata, so without modes: with it 1.60 fails on a symlink whose target is not copied yet and walks twice.
copy_rclone() { rclone copy -q --links --create-empty-src-dirs "$1" "$2"; }
copy_msrsync() { msrsync3 -p "$cpus" "$1/" "$2"; }
# It breaks on names with a slash, so both are words of the working directory: as the article calls it.
copy_article() {
  (cd "${1%/*}" && [[ ${2%/*} == "$PWD" ]] && bash "$work/article" "${1##*/}" "${2##*/}")
}

# label TOOL: its name and version in the tables.
label() {
  case $1 in
    floor) echo "floor, $cpus threads" ;;
    prun) "$prun" --version | sed 's/^\(prun [0-9.]*\).*/\1 preset parallelcp/' ;;
    cp) cp --version | sed -n '1s/^cp (GNU coreutils)/cp -a, coreutils/p' ;;
    tar) tar --version | sed -n '1s/^tar (GNU tar) \(.*\)/tar \1 \\| tar/p' ;;
    rsync) rsync --version | sed -n '1s/^rsync *version *\([^ ]*\).*/rsync -a \1/p' ;;
    xcp) xcp --version ;;
    fpsync) echo "fpsync -n $cpus, fpart $(fpart -V 2>&1 | sed -n 's/^fpart v\([0-9.]*\).*/\1/p')" ;;
    rclone) rclone version | sed -n '1s/ v/ /p' ;;
    msrsync) echo "msrsync3 -p $cpus" ;;
    article) echo "the article's parallelcp, GNU parallel, once" ;;
  esac
}

# peers: the tools that are here, one a line.
peers() {
  local tool program
  for tool in cp tar rsync xcp fpsync rclone msrsync; do
    program=$tool
    [[ $tool == msrsync ]] && program=msrsync3
    if type -P "$program" >/dev/null; then echo "$tool"; else echo "benches/copy: $program is not here, left out" >&2; fi
  done
}

# The article's script, as it is printed there.
write_article() {
  cat >"$work/article" <<'SCRIPT'
#!/bin/bash

display_usage() {
    echo -e "\nUsage: $0 SOURCE_DIR DEST_DIR\n"
}

if [  $# -le 1 ] ; then
    display_usage
    exit 1
fi

if [[ ( $# == "--help") ||  $# == "-h" ]] ; then
    display_usage
    exit 0
fi

SOURCE_DIR="$1"
DEST_DIR="$2"

if [ ! -d "$SOURCE_DIR" ] ; then
    echo "Source directory $SOURCE_DIR does not exist, or is not a directory"
    display_usage
    exit 2
fi

if [ ! -d "$DEST_DIR" ] && ! mkdir -p $DEST_DIR ; then
    echo "Destination directory $DEST_DIR does not exist, or is not a directory"
    display_usage
    exit 2
fi

if [ ! -w "$DEST_DIR" ] ; then
    echo "Destination directory $DEST_DIR is not writeable, or is not a directory"
    display_usage
    exit 3
fi

if ! which parallel > /dev/null ; then
    sudo apt-get update && sudo apt install -y parallel
fi

DIRJOBS=225
JOBS=225
find $SOURCE_DIR -mindepth 1 -type d -print0 | sed -z "s/$SOURCE_DIR\///" | parallel --will-cite -j$DIRJOBS -0 "mkdir -p $DEST_DIR/{}"
find $SOURCE_DIR -mindepth 1 ! -type d -print0 | sed -z "s/$SOURCE_DIR\///" | parallel --will-cite -j$JOBS -0 "cp -P $SOURCE_DIR/{} $DEST_DIR/{}"
SCRIPT
}
