#!/usr/bin/env bash
$P -k echo '{= $_=tr/a// =}' ::: banana
