#!/usr/bin/env bash
$P -q echo a '|' b ::: c
