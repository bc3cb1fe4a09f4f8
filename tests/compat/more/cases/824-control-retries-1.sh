#!/usr/bin/env bash
$P -j1 --retries 1 'echo {} >>l; false' ::: a; echo rc=$?; cat l
