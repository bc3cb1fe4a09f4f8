#!/usr/bin/env bash
$P -k --lb --tag 'echo 1; echo 2' ::: a b
