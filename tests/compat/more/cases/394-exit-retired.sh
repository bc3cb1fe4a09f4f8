#!/usr/bin/env bash
$P -B x echo ::: a
