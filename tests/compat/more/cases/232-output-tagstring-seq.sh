#!/usr/bin/env bash
$P -k --tagstring 'job{#}' echo ::: a b
