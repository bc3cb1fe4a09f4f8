#!/usr/bin/env bash
mkfifo q; $P -j1 -E StOp <q & exec 3>q; echo 'echo queued' >&3; echo StOp >&3; exec 3>&-; wait; echo done
