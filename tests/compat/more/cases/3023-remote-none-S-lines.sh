#!/usr/bin/env bash
$P -S ":
2/:" -k echo ::: running on more hosts
