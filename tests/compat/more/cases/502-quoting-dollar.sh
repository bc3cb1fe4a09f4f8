#!/usr/bin/env bash
$P -k echo ::: '$HOME' '`id`' '$(id)'
