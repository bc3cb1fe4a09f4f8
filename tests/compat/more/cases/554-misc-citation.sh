#!/usr/bin/env bash
$P --citation </dev/null >/dev/null; echo rc=$?
