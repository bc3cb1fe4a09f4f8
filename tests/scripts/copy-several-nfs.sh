#!/bin/bash
# copy-several-nfs.sh -- (slow) one export of a real NFS server, v3 and v4.2, mounted twice, in a User Mode Linux kernel:
# `--spread` over both leaves what `cp -a` leaves, also where one client goes on not to see what the other has made; and
# `--replicate` knows that they are one.
source "$(dirname "$0")/copylib.sh" "$@"
for program in linux.uml rpc.nfsd rpc.mountd rpcbind modprobe mkfs.ext4 ip; do type -P $program >/dev/null || lacking "$program"; done
can_mount || skip "needs root and a mount namespace"

# On ext4, without what NFS has no place for: paths beyond PATH_MAX, which cp cannot copy.
disk ext4 torture 200 || exit 77
"$tests/torture/torture.sh" "$work/torture/tree" -q --no-deep --wide "${NFS_WIDE:-200}" >"$work/built" || fail "torture.sh: $(tail -n 3 "$work/built")"
umount "$work/torture"
cp --sparse=always "$work/images/torture" "$work/image" # where UML, outside our mounts, sees it
image=$work/image
on() {
  TMPDIR=$work timeout -k 5 900 "$tests/testbed/nfs-uml.sh" -v "$1" "$tests/testbed/several-inside.sh" "$PRUN" "$compare" "$image" "$1" >"$work/uml" 2>&1 || bad "status $? of the UML"
  grep -v '^BAD: ' "$work/uml" || true
  while read -r line; do bad "${line#BAD: }"; done < <(grep -A 12 '^BAD: ' "$work/uml" || true)
  grep -q ': to the end$' "$work/uml" || bad "it did not come to the end"
}
v3() { on 3; }
v4() { on 4.2; }
parts v3 v4
ended
