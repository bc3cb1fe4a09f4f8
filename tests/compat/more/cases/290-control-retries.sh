#!/usr/bin/env bash
$P -j1 --retries 3 'echo x >> log; false' ::: 1; echo rc=$?; wc -l < log
