#!/usr/bin/env bash
$P --session; echo $?
