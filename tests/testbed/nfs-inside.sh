#!/bin/bash
# nfs-inside.sh PRUN COMPARE IMAGE VERS -- what copy-nfs.sh asks on real NFS mounts; run by nfs-uml.sh, inside its kernel.
# IMAGE is an ext4 image with the torture tree in it. A line `BAD: ...` for each thing that is not as it should be.
set -u
PRUN=$1 COMPARE=$2 image=$3 vers=$4
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/mnt XDG_CONFIG_HOME=/mnt/config
bad() { echo "BAD: NFSv$vers: $*"; }
copy() { status=0; timeout -k 5 300 "$PRUN" preset parallelcp --report /mnt/report "$@" >/mnt/out 2>/mnt/err || status=$?; }
shown() { head -n 5 /mnt/err | sed 's/^/    /'; }
grep -q ' /mnt/a nfs' /proc/mounts || { bad "no NFS mount"; exit 1; }
mkdir /mnt/src && mount -o loop,ro "$image" /mnt/src || { bad "the torture tree cannot be mounted"; exit 1; }

# 1. The torture tree: what an NFS server cannot hold is as with cp -a, and none of it is data.
kinds() { sed -n 's/^count *//p' "$1"; }
cp -a /mnt/src/tree /mnt/a/cp 2>/mnt/cp.err && wanted=0 || wanted=1
"$COMPARE" /mnt/src/tree /mnt/a/cp --max 0 >/mnt/cp.differences
rm -rf /mnt/a/cp
copy /mnt/src/tree /mnt/a/prun
[[ $status == "$wanted" ]] || bad "torture tree: exit status $status, cp -a's is $wanted: $(shown)"
"$COMPARE" /mnt/src/tree /mnt/a/prun --max 0 >/mnt/prun.differences
# No /dev/fd here: files.
kinds /mnt/cp.differences >/mnt/cp.kinds && kinds /mnt/prun.differences >/mnt/prun.kinds
cmp -s /mnt/cp.kinds /mnt/prun.kinds ||
  bad "torture tree: not the differences of cp -a: < cp, > prun: $(diff /mnt/cp.differences /mnt/prun.differences | grep '^[<>]' | head -n 10 | cut -c 1-200)"
! grep -E '^(missing|extra|type|content|size|target|rdev|hardlink) ' /mnt/prun.differences || bad "torture tree: differences in data"
echo "NFSv$vers: torture tree: $(tail -n 1 /mnt/prun.differences): $(kinds /mnt/prun.differences | tr -s ' \n' ' ')"
# ... and a second run copies nothing, but for files whose times the server cannot hold.
times=$(sed -n 's/^count mtime(file) *//p' /mnt/prun.differences)
copy /mnt/src/tree /mnt/a/prun
[[ $status == "$wanted" ]] || bad "torture tree again: exit status $status: $(shown)"
copied=$(/usr/bin/python3 -c 'import json; print(json.load(open("/mnt/report"))["counts"]["files"])')
[[ $copied -le ${times:-0} ]] || bad "torture tree again: $copied files copied"
rm -rf /mnt/a/prun
umount /mnt/src

# 2. A full server: write is content, close tells.
mkdir -p /mnt/few && for k in 1 2 3 4 5 6 7 8; do head -c 700000 /dev/urandom >/mnt/few/f$k; done
touch -d @1500000000.5 /mnt/few/* /mnt/few
/usr/bin/python3 - <<'PY'
import os
s = os.statvfs('/mnt/export'); left = s.f_bavail * s.f_frsize - (2 << 20)
with open('/mnt/export/filler', 'wb') as f:
    while left > 0: n = min(left, 1 << 20); f.write(b'f' * n); left -= n
os.sync()
PY
copy /mnt/few /mnt/a/few
[[ $status == 1 ]] || bad "full server: exit status $status, wanted 1: $(shown)"
grep -q '^prun: .*ENOSPC' /mnt/err || bad "full server: not told: $(shown)"
grep -q '"ENOSPC"' /mnt/report || bad "full server: not in the report"
echo "NFSv$vers: full server: exit status $status, $(wc -l </mnt/err) lines"
# Seen by the server: nothing is complete by accident.
/usr/bin/python3 "$(dirname "$0")/../torture/settled.py" "$COMPARE" /mnt/few /mnt/export/few || bad "full server: a file looks complete and is not"
rm /mnt/export/filler
sync
copy /mnt/few /mnt/a/few
[[ $status == 0 ]] || bad "after the full server: exit status $status: $(shown)"
sync
[[ $("$COMPARE" /mnt/few /mnt/export/few --ignore sparse | tail -n 1) == 'differences: 0' ]] || bad "after the full server: $("$COMPARE" /mnt/few /mnt/export/few | head -n 5)"
