#!/usr/bin/env bash
$P -j1 --plus echo '{slot} {sshlogin} {host}' ::: a
