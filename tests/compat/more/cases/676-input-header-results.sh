#!/usr/bin/env bash
$P --header : -k echo '{x/}' ::: x a/b
