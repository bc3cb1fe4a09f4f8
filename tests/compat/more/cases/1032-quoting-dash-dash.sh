#!/usr/bin/env bash
$P -k echo ::: -- -n -e
