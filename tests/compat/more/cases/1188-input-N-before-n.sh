#!/usr/bin/env bash
$P -k -N3 -n2 echo x{} ::: a b c d
