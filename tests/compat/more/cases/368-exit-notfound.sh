#!/usr/bin/env bash
$P nosuchcommand ::: 1
