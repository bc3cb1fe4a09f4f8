#!/usr/bin/env bash
$P --tagstring=x echo ::: a
