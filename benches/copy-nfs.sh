# benches/copy-nfs.sh -- the nfs part of benches/copy: files of 16 KiB in 256 directories, from tmpfs to an NFS mount with
# a round trip of 10 and of 50 ms (tests/testbed/nfs.sh), 225 at once.
#
# Compared in each round, one after the other, in files a second:
#   bed     the bed's own threads (opbench): open, write, close of as many files from memory; directories made before,
#           behind the client; no owner, mode or times kept. What the bed can do.
#   floor   copy-floor with 225 threads: the same with a source that is read, directories made through the mount, and
#           owner, mode and times kept (two requests a file more)
#   prun    preset parallelcp -j 225: all of that, a checked flush, and a sync of DST at the end
# and, at 50 ms, cp -a of a tree small enough to wait for (64 files in 4 directories): one request after the other.
#
# Boundary: sourced by benches/copy. Trees on the mount are removed behind the client and their names not used again.

bed() { TB_WORK=$work/nfs TB_SIZE=2g tests/testbed/nfs.sh "$@" >"$work/bed" 2>&1 || { tail -n 3 "$work/bed" >&2; return 1; }; }
# rate FILES TOOL COMMAND...: runs it, appends the files a second to RATES[tool], checks what the server has.
declare -A RATES
rate() {
  local from to dst=$work/nfs/mnt/$2-$((++made)) whole
  now from
  "${@:3}" "$dst" >"$work/said" 2>&1 || { echo "benches/copy: $2 on nfs failed: $(tail -n 3 "$work/said")" >&2; return 1; }
  now to
  whole=$(contents "$work/nfs/export/${dst##*/}")
  [[ $whole == "$expected" ]] || { echo "benches/copy: $2 copied $whole to nfs, not $expected" >&2; return 1; }
  RATES[$2]+="$(calc %d "$1 * 1e6 / ($to - $from)") "
  rm -rf "$work/nfs/export/${dst##*/}"
}
row_rate() {
  local m low high
  read -r m low high <<<"$(statistic "${RATES[$2]}")"
  printf '| %s | %s | %s-%s | %s | %s |\n' "$1" "$m" "$low" "$high" "$(calc %.2f "$m / $(median "${RATES[bed]}")")" \
    "$([[ ${RATES[cp]:-} ]] && calc %.0f "$m * 1000 / $(median "${RATES[cp]}")")"
}
nfs_round() {
  local line
  line=$(OPB_MKDIR=$work/nfs/export "$work/nfs/bin/opbench" "$work/nfs/mnt" "$nfs_files" 16 256 225)
  [[ $line =~ ([0-9]+)\ files/s ]] && RATES[bed]+="${BASH_REMATCH[1]} "
  rate "$nfs_files" floor copy-floor 225 "$work/src"
  ! native || rate "$nfs_files" prun "$prun" preset parallelcp -j 225 "$work/src"
}

nfs_rounds=$((runs < 5 ? runs : 5)) made=0
bed up || { echo "benches/copy: the nfs part is left out: the bed did not come up" >&2; exit 1; }
trap 'bed down; cleanup' EXIT
printf '\n### NFS, %s files of 16 KiB in 256 directories, 225 at once\n' "$nfs_files"
for rtt in 10 50; do
  bed delay "$rtt"
  mkdir "$work/src" && fill "$work/src" 256 $((nfs_files / 256)) 16384
  expected=$(contents "$work/src")
  RATES=()
  # The first round is not counted: it warms up the server.
  nfs_round && RATES=()
  for ((run = 0; run < nfs_rounds; run++)); do nfs_round; done
  rm -rf "$work/src"
  if ((rtt == 50)); then
    mkdir "$work/src" && fill "$work/src" 4 16 16384
    expected=$(contents "$work/src")
    # In thousandths of a file, because it is a few a second.
    rate 64000 cp cp -a "$work/src"
    rm -rf "$work/src"
    cp_rate=$(calc %.1f "${RATES[cp]} / 1000")
  fi
  printf '\n| round trip %s ms, %s runs | files/s | min-max | ratio to the bed | times cp -a |\n| --- | ---: | ---: | ---: | ---: |\n' "$rtt" "$nfs_rounds"
  row_rate "the bed's own threads" bed
  row_rate "floor, 225 threads" floor
  ! native || row_rate "prun preset parallelcp -j 225" prun
  ((rtt != 50)) || printf '| cp -a (64 files) | %s | | %s | 1 |\n' "$cp_rate" "$(calc %.4f "$cp_rate / $(median "${RATES[bed]}")")"
done
bed down
trap cleanup EXIT
