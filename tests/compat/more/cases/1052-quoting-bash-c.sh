#!/usr/bin/env bash
$P 'bash -c "echo \$0 \$1" {} x' ::: 'a b'
