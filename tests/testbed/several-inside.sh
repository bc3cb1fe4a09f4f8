#!/bin/bash
# several-inside.sh PRUN COMPARE IMAGE VERS -- what copy-several-nfs.sh asks where one export is mounted twice, at /mnt/a
# and /mnt/b; run by nfs-uml.sh, inside its kernel. IMAGE is an ext4 image with a tree in it. A line `BAD: ...` for each
# thing that is not as it should be.
set -u
PRUN=$1 COMPARE=$2 image=$3 vers=$4
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/mnt XDG_CONFIG_HOME=/mnt/config
bad() { echo "BAD: NFSv$vers: $*"; }
copy() { status=0; timeout -k 5 300 "$PRUN" preset parallelcp --report /mnt/report "$@" >/mnt/out 2>/mnt/err || status=$?; }
shown() { head -n 5 /mnt/err | sed 's/^/    /'; }
grep -q ' /mnt/b nfs' /proc/mounts || { bad "no NFS mounts"; exit 1; }
mkdir /mnt/src && mount -o loop,ro "$image" /mnt/src || { bad "the tree cannot be mounted"; exit 1; }
src=/mnt/src/tree
# What an NFS server cannot hold is as with cp -a: seen on the server, where no client's memory is asked.
kinds() { sed -n 's/^count *//p' "$1"; }
cp -a $src /mnt/a/cp 2>/mnt/cp.err
"$COMPARE" $src /mnt/export/cp --max 0 >/mnt/cp.differences
kinds /mnt/cp.differences >/mnt/cp.kinds
rm -rf /mnt/a/cp
as_cp() { # as_cp WHAT DIR
  sync
  "$COMPARE" $src "$2" --max 0 >/mnt/differences
  kinds /mnt/differences >/mnt/kinds
  cmp -s /mnt/cp.kinds /mnt/kinds ||
    bad "$1: not the differences of cp -a: < cp, > prun: $(diff /mnt/cp.differences /mnt/differences | grep '^[<>]' | head -n 10 | cut -c 1-200)"
}
counts() { /usr/bin/python3 -c 'import json; r = json.load(open("/mnt/report")); print(r["counts"]["files"], r["not_kept"]["links"], *[m["entries"] for m in r["mounts"]])'; }

# 1. b has looked up all directories that are to be made by way of a, and has not found them: it may go on so for 30 s.
(cd $src && find . -type d -printf '%P\0') | (cd /mnt/b && mkdir -p known && cd known && while IFS= read -r -d '' d; do [[ -e ./$d ]]; done)
stat /mnt/b/new >/dev/null 2>&1
for balance in rr load hash; do
  rm -rf /mnt/a/known/* /mnt/a/new
  stat /mnt/b/known/* /mnt/b/new >/dev/null 2>&1
  for there in known new; do
    began=$SECONDS
    copy $src --spread /mnt/a/$there,/mnt/b/$there --balance $balance
    took=$((SECONDS - began))
    [[ $status == 0 || $status == 1 && -s /mnt/cp.err ]] || bad "$there, $balance: exit status $status: $(shown)"
    read -r files links one other <<<"$(counts)"
    ((links == 0)) || bad "$there, $balance: $links links became copies"
    ((one > 20 && other > 20)) || bad "$there, $balance: by way of a $one, of b $other"
    as_cp "$there, $balance" /mnt/export/$there
    echo "NFSv$vers: $there, $balance: $files files, by way of a $one, of b $other, in $took s: $(tail -n 1 /mnt/differences)"
  done
done

# 2. Again, and by way of whichever mount: nothing is copied but files whose times the server cannot hold.
times=$(sed -n 's/^count mtime(file) *//p' /mnt/differences)
copy $src --spread /mnt/b/new,/mnt/a/new
read -r files _ <<<"$(counts)"
((files <= ${times:-0})) || bad "again: $files files copied"
as_cp again /mnt/export/new

# 3. A name that b has not found is looked up by b alone: a directory in a directory that is there.
mkdir /mnt/a/late && stat /mnt/b/late >/dev/null && stat /mnt/b/late/sub/deep >/dev/null 2>&1
stat /mnt/b/late/sub >/dev/null 2>&1
mkdir -p /mnt/few/sub/deep && for k in 1 2 3 4 5 6 7 8; do echo $k >/mnt/few/sub/f$k; echo $k >/mnt/few/sub/deep/f$k; done
began=$SECONDS
copy /mnt/few --spread /mnt/a/late,/mnt/b/late -j1
[[ $status == 0 ]] || bad "late: exit status $status: $(shown)"
((SECONDS - began < 20)) || bad "late: it took $((SECONDS - began)) s"
sync
[[ $("$COMPARE" /mnt/few /mnt/export/late --ignore sparse | tail -n 1) == 'differences: 0' ]] || bad "late: $("$COMPARE" /mnt/few /mnt/export/late | head -n 5)"

# 4. One big file, and what is verified by way of the other mount.
head -c 80000000 /dev/urandom >/mnt/few/big
copy /mnt/few --spread /mnt/a/late,/mnt/b/late --verify=checksum
[[ $status == 0 ]] || bad "big: exit status $status: $(shown) $(cat /mnt/out)"
sync
cmp /mnt/few/big /mnt/export/late/big || bad "big: it differs"
rm /mnt/few/big

# 5. Two directories of one export are two directories, and one by two mounts is one.
mkdir /mnt/a/one /mnt/a/two
copy /mnt/few --spread /mnt/a/one,/mnt/b/two
[[ $status == 2 ]] && grep -q 'is not the same directory as' /mnt/err || bad "apart: exit status $status: $(shown)"
copy /mnt/few --replicate /mnt/a/one,/mnt/b/one
[[ $status == 2 ]] && grep -q 'is the same directory as' /mnt/err || bad "twice: exit status $status: $(shown)"
copy /mnt/few --replicate /mnt/a/one,/mnt/b/two
[[ $status == 0 ]] || bad "replicate: exit status $status: $(shown)"
sync
for there in one two; do
  [[ $("$COMPARE" /mnt/few /mnt/export/$there --ignore sparse | tail -n 1) == 'differences: 0' ]] || bad "replicate: $there: $("$COMPARE" /mnt/few /mnt/export/$there | head -n 5)"
done
echo "NFSv$vers: to the end"
