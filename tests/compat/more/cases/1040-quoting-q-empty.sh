#!/usr/bin/env bash
$P -q printf '[%s]' '' {} ::: a
