#!/usr/bin/env bash
$P --help | wc -l | grep -c .
