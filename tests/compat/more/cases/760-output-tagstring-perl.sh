#!/usr/bin/env bash
$P -k --tagstring '{= s/a/b/ =}' echo ::: a
