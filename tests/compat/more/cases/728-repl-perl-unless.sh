#!/usr/bin/env bash
$P -k echo '{= $_="none" unless length =}' ::: '' a
