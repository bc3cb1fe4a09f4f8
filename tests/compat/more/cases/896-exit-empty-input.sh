#!/usr/bin/env bash
$P echo </dev/null
