#!/usr/bin/env bash
$P -k --dry-run echo '{= s/x/ / =}' ::: axb
