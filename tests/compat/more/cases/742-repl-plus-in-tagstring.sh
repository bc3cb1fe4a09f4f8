#!/usr/bin/env bash
$P --plus -k --tagstring '{%.txt}' echo ::: a.txt
