# benches/copy-trees.sh -- the trees that are copied, and the check that a copy of one is whole.
#
# Boundary: sourced by benches/copy. Trees are made once and copied with cp -a from one file system to another.

# The sources of glibc from Debian's package of them: 20,281 files in 835 directories.
tree_glibc() {
  local archive
  archive=$(ls /usr/src/glibc/glibc-*.tar.xz 2>/dev/null | head -n 1)
  [[ $archive ]] || { echo "benches/copy: no /usr/src/glibc/glibc-*.tar.xz (apt-get install glibc-source)" >&2; return 1; }
  mkdir "$1" && tar -C "$1" --strip-components 1 -xf "$archive"
}
# fill DIR DIRECTORIES FILES BYTES: FILES of BYTES in each of the directories d1, d2, ...
fill() {
  perl -e '
    my ($top, $dirs, $files, $bytes) = @ARGV;
    # A piece of noise, at another place in each file, so that no two are equal.
    my $noise = join "", map { pack "L", int rand 2**32 } 1 .. (1 << 18) + 4096;
    for my $d (1 .. $dirs) {
      mkdir "$top/d$d" or die "$top/d$d: $!";
      for my $f (1 .. $files) {
        open my $out, ">", "$top/d$d/f$f" or die "$top/d$d/f$f: $!";
        for (my $left = $bytes; $left > 0; $left -= 1 << 20) {
          syswrite $out, $noise, $left < 1 << 20 ? $left : 1 << 20, int rand 16384;
        }
        close $out or die "$top/d$d/f$f: $!";
      }
    }' "$@"
}
tree_small() { mkdir "$1" && fill "$1" 1000 "$((small_files / 1000))" 1024; }
tree_large() { mkdir "$1" && fill "$1" 1 "$large_files" $((64 << 20)); }
tree_one() { mkdir "$1" && fill "$1" 1 1 "$one_bytes"; }
# A million files, one in ten with contents, and enough of larger ones that each thread's buffer is in use.
tree_million() {
  mkdir "$1" && fill "$1" $((million / 1000)) 900 0 || return 1
  mkdir "$1/full" "$1/large" && fill "$1/full" $((million / 1000)) 100 1024 && fill "$1/large" 1 32 $((16 << 20))
}

# contents DIR: what is compared after each run: how many of each type, and the bytes in files.
contents() {
  find "$1" -printf '%y %s\n' | awk '
    { count[$1]++ } $1 == "f" { bytes += $2 }
    END { printf "%d files, %d directories, %d symlinks, %.0f bytes\n", count["f"], count["d"], count["l"], bytes }'
}
