# benches/copy-nfs.sh -- the nfs part of benches/copy: files of 16 KiB in 256 directories (16 in each of 16), from tmpfs to
# an NFS mount with a round trip of 10 and of 50 ms (tests/testbed/nfs.sh), 225 at once.
#
# Compared in each round, one after the other, in files a second, and with DST's directories made before, behind the
# client, as the bed does for its own threads: an NFS client makes the names of one directory one at a time, so that what
# 256 directories cost says much about their shape and little about the tool.
#   bed           the bed's own threads (opbench): open, write, close of as many files from memory; nothing kept
#   prun-article  preset parallelcp --as-article: keeps nothing either, so this is like beside like; plus a sync at the end
#   bed-times     the bed's own threads, which also store each file and then set its time: one request a file more
#   floor         copy-floor, 225 threads: from a source that is walked and read, owner, mode and times kept
#   prun          preset parallelcp -j 225, which keeps all; to be set beside bed-times
# Then the whole copy into a DST that is not there, directories made through the mount: the floor and prun, and at 50 ms
# cp -a of a tree small enough to wait for (64 files in 4 of the directories), one request after the other.
#
# Boundary: sourced by benches/copy. Trees on the mount are removed behind the client and their names not used again.

bed() { TB_WORK=$work/nfs TB_SIZE=2g tests/testbed/nfs.sh "$@" >"$work/bed" 2>&1 || { tail -n 3 "$work/bed" >&2; return 1; }; }
# What a removed tree still owes the server would fail in the next run's sync, which is of the whole mount.
settle() { sync -f "$work/nfs/mnt" 2>/dev/null || true; }
# rate ROW FILES PREPARED COMMAND...: runs it with SRC and DST, appends files a second to RATES[row], checks what the
# server has. PREPARED is 1 if DST's directories are to be there.
declare -A RATES
rate() {
  local from to name=$1-$((++made)) whole
  ((!$3)) || (cd "$work/src" && find . -type d -print0) | (mkdir "$work/nfs/export/$name" && cd "$work/nfs/export/$name" && xargs -0 mkdir -p)
  settle
  now from
  "${@:4}" "$work/src" "$work/nfs/mnt/$name" >"$work/said" 2>&1 ||
    { echo "benches/copy: $1 on nfs failed: $(tail -n 3 "$work/said")" >&2; exit 1; }
  now to
  settle
  whole=$(contents "$work/nfs/export/$name")
  [[ $whole == "$expected" ]] || { echo "benches/copy: $1 copied $whole to nfs, not $expected" >&2; exit 1; }
  RATES[$1]+="$(calc %d "$2 * 1e6 / ($to - $from)") "
  rm -rf "$work/nfs/export/$name"
}
row_rate() {
  local m low high
  read -r m low high <<<"$(statistic "${RATES[$2]}")"
  printf '| %s | %s | %s-%s | %s | %s | %s |\n' "$1" "$m" "$low" "$high" "$(calc %.2f "$m / $(median "${RATES[bed]}")")" \
    "$(calc %.2f "$m / $(median "${RATES[bed-times]}")")" "$([[ ${RATES[cp]:-} ]] && calc %.0f "$m * 1000 / $(median "${RATES[cp]}")")"
}
rate_bed() {
  local line
  settle
  line=$(OPB_MKDIR=$work/nfs/export "$work/nfs/bin/opbench" "$work/nfs/mnt" "$nfs_files" 16 256 225)
  [[ $line =~ ([0-9]+)\ files/s ]] && RATES[$1]+="${BASH_REMATCH[1]} "
}
nfs_round() {
  rate_bed bed
  ! native || rate prun-article "$nfs_files" 1 "$prun" preset parallelcp --as-article -j 225
  OPB_TIMES=1 rate_bed bed-times
  ! native || rate prun "$nfs_files" 1 "$prun" preset parallelcp -j 225
  rate floor "$nfs_files" 1 copy-floor 225
  ! native || rate prun-whole "$nfs_files" 0 "$prun" preset parallelcp -j 225
  rate floor-whole "$nfs_files" 0 copy-floor 225
}
nfs_tree() {
  rm -rf "$work/src"
  mkdir "$work/src"
  local i
  for ((i = 1; i <= $1; i++)); do mkdir "$work/src/p$i" && fill "$work/src/p$i" "$2" "$3" 16384; done
  expected=$(contents "$work/src")
}

nfs_rounds=$((runs < 3 ? runs : 3)) made=0
bed up || { echo "benches/copy: the bed did not come up" >&2; exit 1; }
trap 'bed down; cleanup' EXIT
printf '\n### NFS, %s files of 16 KiB in 256 directories, 225 at once\n' "$nfs_files"
for rtt in 10 50; do
  bed delay "$rtt"
  nfs_tree 16 16 $((nfs_files / 256))
  RATES=()
  # The first round is not counted: it warms up the server.
  nfs_round
  RATES=()
  for ((run = 0; run < nfs_rounds; run++)); do nfs_round; done
  if ((rtt == 50)); then
    nfs_tree 2 2 16
    # In thousandths of a file, because it is a few a second.
    rate cp 64000 0 cp -a
    cp_rate=$(calc %.1f "${RATES[cp]} / 1000")
  fi
  printf '\n| round trip %s ms, %s runs | files/s | min-max | ratio to the bed | to the bed with times | times cp -a |\n| --- | ---: | ---: | ---: | ---: | ---: |\n' "$rtt" "$nfs_rounds"
  row_rate "the bed's own threads" bed
  ! native || row_rate "prun preset parallelcp --as-article -j 225, directories there" prun-article
  row_rate "the bed's own threads, times set" bed-times
  row_rate "floor, 225 threads, directories there" floor
  ! native || row_rate "prun preset parallelcp -j 225, directories there" prun
  row_rate "floor, 225 threads, whole" floor-whole
  ! native || row_rate "prun preset parallelcp -j 225, whole" prun-whole
  ((rtt != 50)) || printf '| cp -a (64 files), whole | %s | | %s | | 1 |\n' "$cp_rate" "$(calc %.4f "$cp_rate / $(median "${RATES[bed]}")")"
done
rm -rf "$work/src"
bed down
trap cleanup EXIT
