#!/bin/bash
# nfs.sh - an NFS mount with a real round trip, for measuring parallel copies.
#
#   nfs.sh up               NFS server (nfs-ganesha, user space) in its own netns, delayed link, mount at $TB_MNT
#   nfs.sh down             unmount, stop everything, remove the work dir
#   nfs.sh status
#   nfs.sh delay RTT_MS [JITTER_MS [LOSS_% [RATE_MBIT]]]    change the link while it runs
#   nfs.sh cut | heal       network partition: operations hang (a "hard" mount) and go on after heal
#   nfs.sh bench [P...]     plain `xargs -P N cp`, then threads of one process (default P: 1 8 32 128 225)
#
# client: nfs3fuse.c, a small asynchronous NFSv3 client on libnfs' raw RPC calls and FUSE's low-level
# interface (this kernel has no NFS client): one RPC per operation, any number in flight, GETATTR at open, write-behind,
# COMMIT at close, READDIRPLUS. network: nslink.c, a user-space netem (this kernel has no sch_netem) on a TUN pair.
# server: Debian's nfs-ganesha 4.3 with FSAL_VFS on a tmpfs of TB_SIZE (so a full disk gives a real ENOSPC).
# The bed's daemons run at a raised priority: in reality the network and the server are other machines.
# The server's tree is also visible directly at $TB_WORK/export (to check results, or to change files behind the client).
#
# Environment: TB_WORK (/tmp/tb-nfs)  TB_MNT ($TB_WORK/mnt)  TB_RTT_MS (1)  TB_RATE_MBIT (0 = unlimited)  TB_SIZE (2g)
#              TB_NCONNECT (4)  TB_AC (3: seconds of attribute and name cache)  TB_WRITEBACK (1)
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
WORK=${TB_WORK:-/tmp/tb-nfs}
MNT=${TB_MNT:-$WORK/mnt}
RTT=${TB_RTT_MS:-1}; RATE=${TB_RATE_MBIT:-0}; SIZE=${TB_SIZE:-2g}
NCONNECT=${TB_NCONNECT:-4}; AC=${TB_AC:-3}; WB=${TB_WRITEBACK:-1}
CLI=tbn-cli; SRV=tbn-srv; A=10.214.0.1; B=10.214.0.2
say(){ echo "nfs.sh: $*"; }
die(){ echo "nfs.sh: ERROR: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || die "must be root"
pkgs(){ local p m=(); for p in "$@"; do dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || m+=("$p"); done
  [ ${#m[@]} = 0 ] && return 0; say "installing: ${m[*]}"; apt-get -qq update >/dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends "${m[@]}" >/dev/null 2>&1 || die "apt-get install ${m[*]} failed"; }
OWNER=/run/tb-nfs.owner   # the namespaces have fixed names: one bed of this kind at a time
mine(){ [ ! -s $OWNER ] || [ "$(cat $OWNER)" = "$WORK" ] || [ ! -d "$(cat $OWNER)" ]; }
running(){ local st; st=$(sed "s/.*) //" "/proc/$1/stat" 2>/dev/null) && [ "${st%% *}" != Z ]; }   # a zombie nobody reaps is dead
alive(){ [ -s "$1" ] && running "$(cat "$1")"; }
stop_pid(){ [ -s "$1" ] || return 0; local p; p=$(cat "$1"); kill "-${2:-TERM}" "$p" 2>/dev/null || true
  for _ in $(seq 60); do running "$p" || break; sleep 0.05; done; kill -KILL "$p" 2>/dev/null || true; rm -f "$1"; }
# raised NICE COMMAND...: in the place of a background subshell. A session of its own is a scheduling group of its own
# (autogroup), and nice means nothing against other sessions: the group gets the highest weight.
raised(){ exec setsid bash -c 'echo -20 >/proc/self/autogroup 2>/dev/null; exec nice -n "$0" "$@"' "$@"; }
build(){
  [ -x "$WORK/bin/nfs3fuse" ] && return 0
  pkgs gcc libc6-dev pkg-config libfuse3-dev fuse3 libnfs-dev
  mkdir -p "$WORK/bin"
  gcc -O2 -Wall -o "$WORK/bin/nslink" "$HERE/nslink.c" || die "compile nslink"
  # shellcheck disable=SC2046
  gcc -O2 -Wall -o "$WORK/bin/nfs3fuse" "$HERE/nfs3fuse.c" $(pkg-config --cflags --libs fuse3) -lnfs || die "compile nfs3fuse"
  gcc -O2 -Wall -pthread -o "$WORK/bin/opbench" "$HERE/opbench.c" || die "compile opbench"
  say "built nslink, nfs3fuse, opbench"
}
ctl(){ # ctl one_way_us jitter_us loss_ppm rate_kbit
  echo "tbn0 $1 $2 $3 $4" > "$WORK/link.ctl"; ! alive "$WORK/nslink.pid" || kill -HUP "$(cat "$WORK/nslink.pid")"; }
us(){ awk "BEGIN{print int($1)}"; }
link_up(){
  alive "$WORK/nslink.pid" && return 0
  ip netns add $CLI 2>/dev/null || true; ip netns add $SRV 2>/dev/null || true; ip -n $CLI link set lo up; ip -n $SRV link set lo up
  ctl 0 0 0 0
  raised -15 "$WORK/bin/nslink" "$WORK/link.ctl" "$CLI:tbn0:$SRV:eth0" >"$WORK/nslink.log" 2>&1 </dev/null & echo $! > "$WORK/nslink.pid"
  for _ in $(seq 100); do grep -q ready "$WORK/nslink.log" && break; sleep 0.05; done
  grep -q ready "$WORK/nslink.log" || die "nslink: $(cat "$WORK/nslink.log")"
  ip -n $CLI addr replace $A peer $B dev tbn0; ip -n $CLI link set tbn0 up
  ip -n $SRV addr replace $B peer $A dev eth0; ip -n $SRV link set eth0 up
}
listening(){ ip netns exec $SRV ss -ltnH 2>/dev/null | awk '{print $4}' | grep -q ":$1\$"; }
server_up(){
  alive "$WORK/server.pid" && return 0
  mkdir -p "$WORK/export"; mountpoint -q "$WORK/export" || mount -t tmpfs -o "size=$SIZE,mode=1777" tb-nfs-export "$WORK/export"
  cat > "$WORK/ganesha.conf" <<CONF
NFS_CORE_PARAM { NFS_Port = 2049; MNT_Port = 20048; Enable_NLM = false; Enable_RQUOTA = false; Protocols = 3,4; Bind_addr = $B; Enable_UDP = false; }
NFSV4 { Graceless = true; }
NFS_KRB5 { Active_krb5 = false; }
EXPORT_DEFAULTS { Squash = No_Root_Squash; SecType = sys; Access_Type = RW; }
EXPORT { Export_Id = 1; Path = $WORK/export; Pseudo = /export; Protocols = 3,4; Transports = TCP; Attr_Expiration_Time = 0; FSAL { Name = VFS; } }
LOG { Default_Log_Level = WARN; }
CONF
  # own /run and /var/lib/nfs: neither rpcbind's socket nor ganesha's recovery data touch the machine's
  raised -10 ip netns exec $SRV unshare --mount --pid --fork --kill-child --mount-proc --propagation slave bash -c "
    mount -t tmpfs run /run; mkdir -p /run/ganesha /run/rpcbind; mkdir -p /var/lib/nfs; mount -t tmpfs nfs /var/lib/nfs; mkdir -p /var/lib/nfs/ganesha
    rpcbind -w -f & sleep 0.2
    ganesha.nfsd -F -L '$WORK/ganesha.log' -f '$WORK/ganesha.conf' -p /run/ganesha/pid & wait -n" >"$WORK/server.out" 2>&1 </dev/null &
  echo $! > "$WORK/server.pid"
  for _ in $(seq 150); do listening 2049 && listening 20048 && break; sleep 0.1; done
  listening 2049 || die "ganesha did not start: $(tail -3 "$WORK/ganesha.log" "$WORK/server.out" 2>/dev/null)"
  say "nfs-ganesha up in netns $SRV ($B:2049), export $WORK/export (tmpfs $SIZE)"
}
mount_up(){
  mountpoint -q "$MNT" 2>/dev/null && alive "$WORK/client.pid" && return 0
  mkdir -p "$MNT"
  raised -15 "$WORK/bin/nfs3fuse" $B 2049 20048 "$WORK/export" "$MNT" "$NCONNECT" "$AC" "$WB" $CLI >"$WORK/client.log" 2>&1 </dev/null & echo $! > "$WORK/client.pid"
  for _ in $(seq 100); do mountpoint -q "$MNT" 2>/dev/null && break; alive "$WORK/client.pid" || break; sleep 0.05; done
  mountpoint -q "$MNT" || die "nfs3fuse: $(cat "$WORK/client.log")"
  touch "$MNT/.probe" && [ -f "$WORK/export/.probe" ] && rm "$MNT/.probe" || die "the mount does not work"
  say "mounted at $MNT (nconnect $NCONNECT, cache $AC s)"
}
up(){
  pkgs nfs-ganesha nfs-ganesha-vfs rpcbind iproute2 util-linux
  mine || die "another bed is up: $(cat $OWNER)"; echo "$WORK" > $OWNER
  mkdir -p "$WORK"; chmod 755 "$WORK"; build; link_up; server_up; mount_up
  ctl "$(us "$RTT*500")" 0 0 "$(us "$RATE*1000")"; say "up: round trip $RTT ms, rate $RATE Mbit/s (0 = unlimited)"
}
down(){
  [ ! -f "$WORK/link.ctl" ] || ctl 0 0 0 0
  ! mountpoint -q "$MNT" 2>/dev/null || umount "$MNT" 2>/dev/null || umount -l "$MNT" || true
  stop_pid "$WORK/client.pid"; stop_pid "$WORK/server.pid" KILL; stop_pid "$WORK/nslink.pid"
  ! mountpoint -q "$WORK/export" 2>/dev/null || umount "$WORK/export" 2>/dev/null || umount -l "$WORK/export"
  local n; if mine; then rm -f $OWNER; for n in $CLI $SRV; do if ip netns list 2>/dev/null | grep -qw $n; then ip netns del $n; fi; done; fi
  rm -rf --one-file-system "$WORK"; say "down: server, client and link stopped, $WORK removed"
}
bench(){
  local ps=("$@"); [ ${#ps[@]} -gt 0 ] || ps=(1 8 32 128 225)
  local src=/dev/shm/tb-nfs-src n i p s e d=256
  mkdir -p $src; [ -f $src/f600 ] || for i in $(seq 600); do head -c 16K /dev/urandom > $src/f$i; done
  for p in "${ps[@]}"; do
    n=600; [ "$p" -ge 8 ] || n=60
    for i in $(seq $d); do mkdir -p "$WORK/export/bench$p/$i"; done
    s=$(date +%s%N); for i in $(seq $n); do echo "$src/f$i $MNT/bench$p/$((i%d+1))/f$i"; done | xargs -P "$p" -L1 cp 2>"$WORK/bench.err" || die "cp failed: $(head -1 "$WORK/bench.err")"; e=$(date +%s%N)
    [ "$(find "$WORK/export/bench$p" -type f | wc -l)" = $n ] || die "files missing after P=$p"
    awk "BEGIN{t=($e-$s)/1e9; printf \"xargs -P %-4d cp: %4d files of 16 KiB in %6.2f s = %6.0f files/s\n\", $p, $n, t, $n/t}"
    rm -rf "$WORK/export/bench$p"
  done
  for p in "${ps[@]}"; do n=1000; [ "$p" -ge 8 ] || n=60; OPB_MKDIR="$WORK/export" "$WORK/bin/opbench" "$MNT" $n 16 $d "$p"; done
  rm -rf $src
}
case "${1:-}" in
  up) up;; down) down;;
  status) mountpoint -q "$MNT" && df -h "$MNT" | tail -1; [ -f "$WORK/link.ctl" ] && cat "$WORK/link.ctl"; for f in client server nslink; do alive "$WORK/$f.pid" && echo "$f running" || echo "$f down"; done;;
  delay) ctl "$(us "$2*500")" "$(us "${3:-0}*1000")" "$(us "${4:-0}*10000")" "$(us "${5:-0}*1000")"; say "round trip $2 ms, jitter ${3:-0} ms, loss ${4:-0} %, rate ${5:-0} Mbit/s";;
  cut) ctl 0 0 1000000 0; say "cut: operations now hang";;
  heal) ctl "$(us "$RTT*500")" 0 0 "$(us "$RATE*1000")"; say "healed, round trip $RTT ms";;
  bench) shift; bench "$@";;
  *) sed -n '2,24p' "$0"; exit 2;;
esac
