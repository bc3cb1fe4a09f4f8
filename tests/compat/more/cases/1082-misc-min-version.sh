#!/usr/bin/env bash
$P --minversion 20220101; echo rc=$?
