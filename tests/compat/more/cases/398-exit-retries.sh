#!/usr/bin/env bash
$P --retries 2 false ::: 1 2
