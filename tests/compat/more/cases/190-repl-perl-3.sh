#!/usr/bin/env bash
$P -k echo '{= $_++ =}' ::: 1 9 a9
