#!/usr/bin/env bash
$P 'cat <<EOF
v={}
EOF
:' ::: 'a b'
