#!/usr/bin/env bash
$P --sshlogin : -k echo ::: a
