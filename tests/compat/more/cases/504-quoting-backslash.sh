#!/usr/bin/env bash
$P -k "printf '%s\n'" ::: 'a\b' '\\'
