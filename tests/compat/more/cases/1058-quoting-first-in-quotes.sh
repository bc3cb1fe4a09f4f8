#!/usr/bin/env bash
$P '"{}" x' ::: echo
