#!/usr/bin/env bash
$P -k echo '{= s/x/y/ =}' ::: ax ::: bx
