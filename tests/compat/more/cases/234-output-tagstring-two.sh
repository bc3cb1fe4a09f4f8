#!/usr/bin/env bash
$P -k --tagstring '{1}-{2}' echo ::: a ::: b c
