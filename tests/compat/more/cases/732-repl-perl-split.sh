#!/usr/bin/env bash
$P -k echo '{= $_=(split /-/)[1] =}' ::: a-b-c
