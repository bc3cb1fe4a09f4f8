#!/usr/bin/env bash
$P -qk echo 'a b' ::: c
