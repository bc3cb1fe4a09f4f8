#!/usr/bin/env bash
$P --resume echo ::: a
