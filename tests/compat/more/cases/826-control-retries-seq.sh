#!/usr/bin/env bash
$P -j1 --retries 2 'echo $PARALLEL_SEQ {} >> l; [ {} = b ]' ::: a b; echo rc=$?; cat l
