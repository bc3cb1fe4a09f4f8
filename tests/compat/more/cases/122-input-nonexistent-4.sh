#!/usr/bin/env bash
$P echo :::: /nonexistent; echo rc=$?
