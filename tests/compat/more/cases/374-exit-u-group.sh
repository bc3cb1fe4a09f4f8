#!/usr/bin/env bash
$P -u --group echo ::: a
