#!/usr/bin/env bash
$P -k --tagstring 'x y' echo ::: a
