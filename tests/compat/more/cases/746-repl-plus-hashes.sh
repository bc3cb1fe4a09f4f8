#!/usr/bin/env bash
$P -k --plus echo {##} ::: a b c
