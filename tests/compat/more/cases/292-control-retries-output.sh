#!/usr/bin/env bash
$P -j1 --retries 3 'echo x >> log; echo try; test $(wc -l < log) -ge 3 #' ::: 1
